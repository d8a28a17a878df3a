import type { Command } from 'commander';
import type { Plan } from '../../model/index.ts';
import type { PlanFormat } from '../../report/index.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { addPlanOutputOptions, type PlanOutputFlags, planRendering, withOutputs } from '../outputs.ts';
import { addPlanOptions, type PlanFlags } from '../plan-flags.ts';
import { planKey } from '../plan-key.ts';
import { checkPlanFlags, loadProject, planProject } from '../project.ts';

interface Flags extends PlanFlags, PlanOutputFlags {
  readonly out?: string;
  readonly sign?: boolean;
  readonly detailedExitcode?: boolean;
  readonly against?: string;
  readonly base?: string;
}

export function addPlan(program: Command, invoke: Invoke): void {
  const command = program.command('plan').description('Show what an apply would change');
  addPlanOutputOptions(addPlanOptions(command))
    .option('--out <file>', 'write the plan to a file for apply')
    .option('--sign', 'sign the plan file (key in BROKERFORM_PLAN_KEY)')
    .option('--detailed-exitcode', 'exit 2 if there are changes')
    .option('--against <file>', 'plan against a snapshot or definitions file; "none" for empty brokers')
    .option('--base <ref>', 'git revision to compare with; adds removals and routing changes')
    .action(
      invoke<Flags>((context, flags) =>
        withOutputs<PlanFormat>(context, flags, 'plan', async (publish) => {
          await checkPlanFlags(flags);
          if (flags.sign && flags.out === undefined) throw new UsageError('--sign requires --out');
          const key = flags.sign ? await planKey(context.host) : undefined;
          const checked = await loadProject(context);
          const plan = await planProject(context, checked, flags, flags);
          const { planParts } = await import('../../workflow/planning.ts');
          if (flags.out !== undefined) await context.folder.write(flags.out, planParts(plan, key));
          await publish(await planRendering(plan, 'plan', flags));
          if (flags.out !== undefined) context.note(savedNote(flags.out, plan));
          return {
            policy: plan.blockers.length > 0,
            differs: flags.detailedExitcode === true && plan.waves.some((wave) => wave.length > 0),
          };
        }),
      ),
    );
}

function savedNote(file: string, plan: Plan): string {
  return plan.blockers.length > 0
    ? `Saved to ${file}; apply refuses it while it is blocked.`
    : `Saved; to apply this plan: brokerform apply ${file}`;
}
