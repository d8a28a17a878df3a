import type { Command } from 'commander';
import { renderLocal, renderReport } from '../../report/index.ts';
import { type ApplyFlags, applyApproved, approvedPlan } from '../apply-run.ts';
import { type BringUpFlags, bringUp } from '../bring-up.ts';
import { endingOf } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { durationOption, listOption } from '../options.ts';
import { addJsonOption, type OutputFlags, withOutputs } from '../outputs.ts';
import { checkPlanFlags } from '../project.ts';

interface Flags extends BringUpFlags, Pick<OutputFlags, 'format'> {
  /** False with `--no-apply`. */
  readonly apply: boolean;
  readonly allow: readonly string[];
}

export function addUp(program: Command, invoke: Invoke): void {
  const command = program
    .command('up')
    .description('Start the brokers of the project on this machine, and apply to them');
  addJsonOption(command)
    .option('--compose-file <file>', 'start services of this compose file instead of a generated one')
    .option('--no-apply', 'only start the brokers')
    .addOption(
      listOption('--allow <class:glob>', 'permit a blocked change (copy the key from the plan); repeatable'),
    )
    .addOption(durationOption('--wait <duration>', 'wait this long for brokers to start', 120_000))
    .action(
      invoke<Flags>((context, flags) =>
        withOutputs(context, { format: flags.format }, 'up', async (publish) => {
          const settings = applyFlags(flags);
          await checkPlanFlags(settings);
          const { checked, local } = await bringUp(context, flags);
          // The very project whose addresses were checked: its files may have changed meanwhile.
          const plan = flags.apply ? await approvedPlan(context, checked, settings) : undefined;
          const report = plan && (await applyApproved(context, checked, plan, settings));
          await publish((format, style) => {
            if (format === 'json') return renderLocal({ ...local, ...(report && { report }) }, 'json', style);
            return `${report ? `${renderReport(report, 'text', style)}\n` : ''}${renderLocal(local, 'text', style)}`;
          });
          context.note('To stop them: brokerform down');
          return report ? endingOf(report) : {};
        }),
      ),
    );
}

/** As `apply --auto-approve`, which permits nothing that is blocked. */
function applyFlags({ allow, format }: Flags): ApplyFlags {
  return {
    ...{ target: [], exclude: [], allow, format, autoApprove: true, preview: true },
    ...{ onError: 'continue', lock: true, wait: 0, waitForLock: 0 },
  };
}
