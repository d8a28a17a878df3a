import type { Command } from 'commander';
import { renderPolicies } from '../../report/index.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { addJsonOption, type JsonFlags, withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { connecting, readableProject, unlessInterrupted } from '../project.ts';

interface Flags extends JsonFlags {
  readonly broker?: string;
  readonly live?: boolean;
  readonly wait: number;
}

export function addPolicies(program: Command, invoke: Invoke): void {
  addJsonOption(
    program
      .command('policies')
      .description('Show which arguments and policies are in force')
      .argument('[globs...]', 'names or addresses of queues and exchanges (default: all)'),
  )
    .option('--broker <name>', 'broker from the configuration (default: all that have policies)')
    .option('--live', 'ask the live brokers instead of the topology files')
    .addOption(waitOption())
    .action(
      invoke<Flags>((context, flags, globs) => {
        const { broker } = flags;
        return withOutputs<'text' | 'json'>(context, flags, 'policies', async (publish) => {
          const checked = await readableProject(context);
          const { policies } = await import('../../workflow/index.ts');
          if (flags.live) context.busy('reading the brokers');
          const found = await unlessInterrupted(
            context,
            policies(checked, {
              ...(broker !== undefined && { broker }),
              globs,
              ...(flags.live && { live: connecting(context, flags.wait) }),
            }),
          );
          context.progress.clear();
          if (globs.length > 0 && found.length === 0) {
            throw new UsageError(
              'no queue or exchange with a setting or policy matches',
              'a glob without a slash matches names, as orders*; one with slashes addresses, as main/queue/**',
            );
          }
          await publish((format, style) => renderPolicies(found, format, style));
          return {};
        });
      }),
    );
}
