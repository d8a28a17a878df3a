import type { Command } from 'commander';
import type { PlanFormat } from '../../report/index.ts';
import type { Invoke } from '../invoke.ts';
import { addPlanOutputOptions, type PlanOutputFlags, planRendering, withOutputs } from '../outputs.ts';
import { readSavedPlan, type VerifyFlags } from '../plan-key.ts';

export function addShow(program: Command, invoke: Invoke): void {
  addPlanOutputOptions(
    program
      .command('show')
      .description('Print a saved plan')
      .argument('<plan>', 'plan file written by plan --out')
      .option('--verify', 'require a valid signature (key in BROKERFORM_PLAN_KEY)'),
  ).action(
    invoke<PlanOutputFlags & VerifyFlags>((context, flags, [file = '']) =>
      withOutputs<PlanFormat>(context, flags, 'plan', async (publish) => {
        const plan = await readSavedPlan(context, file, flags);
        await publish(await planRendering(plan, 'plan', flags));
        return {};
      }),
    ),
  );
}
