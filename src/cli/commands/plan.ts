import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Plan } from '../../model/index.ts';
import { renderPlan } from '../../render/index.ts';
import { invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { addPlanOptions, type PlanFlags } from '../plan-flags.ts';
import { planKey } from '../plan-key.ts';
import { checkPlanFlags, loadProject, planProject } from '../project.ts';
import { UsageError } from '../usage.ts';

interface Flags extends PlanFlags, OutputFlags {
  readonly out?: string;
  readonly sign?: boolean;
  readonly detailedExitcode?: boolean;
  readonly against?: string;
  readonly base?: string;
}

export function addPlan(program: Command): void {
  const command = program.command('plan').description('Show what an apply would change.');
  addOutputOptions(addPlanOptions(command))
    .option('--out <file>', 'save the plan, for apply')
    .option('--sign', 'sign the saved plan with the key in BROKERFORM_PLAN_KEY')
    .option('--detailed-exitcode', 'exit with 2 when anything is to change')
    .option(
      '--against <file>',
      'plan against a snapshot or a definitions file; "none" shows everything as new',
    )
    .option('--base <ref>', 'git revision to compare with: list what it leaves behind, and changed routing')
    .action(
      invoke<Flags>((context, flags) =>
        withOutputs(context, flags, 'plan', async (publish) => {
          await checkPlanFlags(flags);
          if (flags.sign && flags.out === undefined) throw new UsageError('--sign needs --out');
          const key = flags.sign ? await planKey() : undefined;
          const checked = await loadProject(context);
          const plan = await planProject(context, checked, flags, flags);
          const { planGraph, writePlan } = await import('../../pipeline/index.ts');
          if (flags.out !== undefined) await writeFile(flags.out, writePlan(plan, key));
          await publish((format, style) =>
            renderPlan(plan, format, style, 'plan', format === 'markdown' ? planGraph(plan) : undefined),
          );
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
    ? `Saved to ${file}; as long as it is blocked, apply refuses it.`
    : `Saved; to run exactly this: brokerform apply ${file}`;
}
