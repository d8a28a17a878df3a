import type { Command } from 'commander';
import { renderDiagnostics } from '../../report/index.ts';
import type { Invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { connecting, readableProject, unlessInterrupted } from '../project.ts';

interface Flags extends OutputFlags {
  readonly to: string;
  readonly from?: string;
  readonly broker?: string;
  readonly live?: boolean;
  readonly wait: number;
}

export function addUpgradeCheck(program: Command, invoke: Invoke): void {
  addOutputOptions(
    program
      .command('upgrade-check')
      .description('List what an upgrade of a broker rejects or changes without an error')
      .requiredOption('--to <version>', 'release to upgrade to, such as 4.3')
      .option('--from <version>', 'current release (default: of the live broker, or target-version)')
      .option('--broker <name>', 'broker from the configuration, if it has several')
      .option('--live', 'also check what is on the live broker, and what it lists as deprecated')
      .addOption(waitOption()),
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs(context, flags, 'upgrade-check', async (publish) => {
        const checked = await readableProject(context);
        const { upgradeCheck } = await import('../../workflow/index.ts');
        const { to, from, broker } = flags;
        if (flags.live) context.busy('reading the broker');
        const report = await unlessInterrupted(
          context,
          upgradeCheck(checked, {
            to,
            ...(from !== undefined && { from }),
            ...(broker !== undefined && { broker }),
            ...(flags.live && { live: connecting(context, flags.wait) }),
          }),
        );
        context.progress.clear();
        context.note(`${report.broker}: ${report.type} ${report.from} → ${report.to}`);
        const about = { command: 'upgrade-check', ...context.subject } as const;
        await publish((format, style) => renderDiagnostics(report.findings, format, style, about));
        return { policy: report.findings.some(({ severity }) => severity === 'error') };
      }),
    ),
  );
}
