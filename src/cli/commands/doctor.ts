import type { Command } from 'commander';
import { InvalidProject } from '../../model/index.ts';
import { renderChecks } from '../../report/index.ts';
import type { Invoke } from '../invoke.ts';
import { addJsonOption, type JsonFlags, withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { checkProject, connecting, unlessInterrupted } from '../project.ts';

interface Flags extends JsonFlags {
  readonly wait: number;
}

export function addDoctor(program: Command, invoke: Invoke): void {
  addJsonOption(
    program
      .command('doctor')
      .description('Check connectivity, version, permissions and clock')
      .addOption(waitOption()),
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs<'text' | 'json'>(context, flags, 'doctor', async (publish) => {
        const { doctor } = await import('../../workflow/index.ts');
        const checked = await checkProject(context);
        const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
        // What is wrong in topologies is no reason to leave the brokers unexamined; but those of another environment
        // are not the ones that were asked for.
        const isElsewhere = errors.some(({ code }) => code === 'load/unknown-environment');
        if (isElsewhere || (errors.length > 0 && checked.configured.size === 0)) {
          throw new InvalidProject(checked.diagnostics);
        }
        if (errors.length > 0)
          context.note('Topology files have errors; run brokerform validate to list them');
        context.busy('checking the brokers');
        const examined = await unlessInterrupted(context, doctor(checked, connecting(context, flags.wait)));
        const about = { command: 'doctor', ...context.subject } as const;
        await publish((format, style) => renderChecks(examined, format, style, about));
        return { failed: examined.some(({ checks }) => checks.some(({ ok }) => !ok)) };
      }),
    ),
  );
}
