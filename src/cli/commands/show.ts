import type { Command } from 'commander';
import { renderPlan } from '../../report/index.ts';
import { invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { readSavedPlan, type VerifyFlags } from '../plan-key.ts';

export function addShow(program: Command): void {
  addOutputOptions(
    program
      .command('show')
      .description('Print a saved plan')
      .argument('<plan>', 'plan file written by plan --out')
      .option('--verify', 'require a valid signature (key in BROKERFORM_PLAN_KEY)'),
  ).action(
    invoke<OutputFlags & VerifyFlags>((context, flags, [file = '']) =>
      withOutputs(context, flags, 'plan', async (publish) => {
        const { planGraph } = await import('../../workflow/index.ts');
        const plan = await readSavedPlan(file, flags);
        await publish((format, style) =>
          renderPlan(plan, format, style, 'plan', format === 'markdown' ? planGraph(plan) : undefined),
        );
        return {};
      }),
    ),
  );
}
