import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { invoke } from '../invoke.ts';
import { choiceOption } from '../options.ts';
import { addPlanOptions, type PlanFlags } from '../plan-flags.ts';
import { type PlanOutputFlags, withJsonOnFailure, writePlanOutputs } from '../plan-outputs.ts';
import { checkAllowKeys, loadProject, planProject } from '../project.ts';

interface Flags extends PlanFlags, PlanOutputFlags {
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly against?: string;
}

export function addPlan(program: Command): void {
  addPlanOptions(program.command('plan').description('Show what an apply would change.'))
    .option('--out <file>', 'save the plan, for apply')
    .addOption(choiceOption('--format <format>', 'how to print it', ['text', 'json', 'markdown']))
    .option('--json-into <file>', 'write the plan as JSON too')
    .option('--markdown-into <file>', 'write the plan as Markdown too')
    .option('--detailed-exitcode', 'exit with 2 when anything is to change')
    .option(
      '--against <file>',
      'plan against a snapshot or a definitions file; "none" shows everything as new',
    )
    .action(
      invoke<Flags>((context, flags) =>
        withJsonOnFailure(context, flags, async () => {
          await checkAllowKeys(flags.allow);
          const checked = await loadProject(context);
          const plan = await planProject(context, checked, flags, flags.against);
          if (flags.out !== undefined) {
            const { writePlan } = await import('../../pipeline/index.ts');
            await writeFile(flags.out, writePlan(plan));
          }
          await writePlanOutputs(context, flags, plan);
          if (flags.out !== undefined)
            context.note(`Saved; to run exactly this: brokerform apply ${flags.out}`);
          return {
            policy: plan.blockers.length > 0,
            differs: flags.detailedExitcode === true && plan.waves.some((wave) => wave.length > 0),
          };
        }),
      ),
    );
}
