import type { Command } from 'commander';
import { renderPlan } from '../../report/index.ts';
import { invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { loadProject, planProject } from '../project.ts';

interface Flags extends OutputFlags {
  readonly wait: number;
}

export function addDrift(program: Command): void {
  addOutputOptions(
    program
      .command('drift')
      .description('Detect differences between brokers and topology, including unmanaged resources')
      .addOption(waitOption()),
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs(context, flags, 'drift', async (publish) => {
        const checked = await loadProject(context);
        const plan = await planProject(context, checked, {
          target: [],
          exclude: [],
          allow: [],
          preview: false,
          wait: flags.wait,
        });
        const { planGraph } = await import('../../workflow/index.ts');
        await publish((format, style) =>
          renderPlan(plan, format, style, 'drift', format === 'markdown' ? planGraph(plan) : undefined),
        );
        // What would be blocked is a difference like any other: nothing is going to be applied here.
        return { differs: plan.waves.some((wave) => wave.length > 0) || plan.unmanaged.length > 0 };
      }),
    ),
  );
}
