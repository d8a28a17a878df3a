import type { Command } from 'commander';
import type { PlanFormat } from '../../report/index.ts';
import type { Invoke } from '../invoke.ts';
import { withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { addPlanOutputOptions, type PlanOutputFlags, planRendering } from '../plan-output.ts';
import { loadProject, planProject } from '../project.ts';

interface Flags extends PlanOutputFlags {
  readonly wait: number;
}

export function addDrift(program: Command, invoke: Invoke): void {
  addPlanOutputOptions(
    program
      .command('drift')
      .description('Detect differences between brokers and topology, including unmanaged resources')
      .addOption(waitOption()),
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs<PlanFormat>(context, flags, 'drift', async (publish) => {
        const checked = await loadProject(context);
        const plan = await planProject(context, checked, {
          target: [],
          exclude: [],
          allow: [],
          preview: false,
          wait: flags.wait,
        });
        await publish(await planRendering(plan, 'drift'));
        // What would be blocked is a difference like any other: nothing is going to be applied here.
        const isChanged = plan.waves.some((wave) => wave.length > 0);
        const others = plan.unmanaged.length + (plan.abandonedMoves?.length ?? 0);
        return { differs: isChanged || others > 0 };
      }),
    ),
  );
}
