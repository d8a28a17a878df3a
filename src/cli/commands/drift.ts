import type { Command } from 'commander';
import { DRIFT_FORMATS, type DriftFormat, renderMetrics } from '../../report/index.ts';
import type { Invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, planRendering, withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { loadProject, planProject } from '../project.ts';

interface Flags extends OutputFlags<DriftFormat> {
  readonly wait: number;
}

export function addDrift(program: Command, invoke: Invoke): void {
  addOutputOptions(
    program
      .command('drift')
      .description('Detect differences between brokers and topology, including unmanaged resources')
      .addOption(waitOption()),
    DRIFT_FORMATS,
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs<DriftFormat>(context, flags, 'drift', async (publish) => {
        const checked = await loadProject(context);
        const plan = await planProject(context, checked, {
          target: [],
          exclude: [],
          allow: [],
          preview: false,
          wait: flags.wait,
        });
        const rendering = await planRendering(plan, 'drift', flags);
        await publish((format, style) =>
          format === 'prometheus' ? renderMetrics(plan) : rendering(format, style),
        );
        // What would be blocked is a difference like any other: nothing is going to be applied here.
        const isChanged = plan.waves.some((wave) => wave.length > 0);
        const others = plan.unmanaged.length + (plan.abandonedMoves?.length ?? 0);
        return { differs: isChanged || others > 0 };
      }),
    ),
  );
}
