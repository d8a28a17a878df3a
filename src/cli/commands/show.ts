import type { Command } from 'commander';
import { renderPlan } from '../../render/index.ts';
import { readInput } from '../files.ts';
import { invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';

export function addShow(program: Command): void {
  addOutputOptions(
    program
      .command('show')
      .description('Print a saved plan, offline.')
      .argument('<plan>', 'a file that plan --out saved'),
  ).action(
    invoke<OutputFlags>((context, flags, [file = '']) =>
      withOutputs(context, flags, 'plan', async (publish) => {
        const { planGraph, readPlan } = await import('../../pipeline/index.ts');
        const plan = readPlan(await readInput(file));
        await publish((format, style) =>
          renderPlan(plan, format, style, 'plan', format === 'markdown' ? planGraph(plan) : undefined),
        );
        return {};
      }),
    ),
  );
}
