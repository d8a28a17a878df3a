import type { Command } from 'commander';
import type { PlanFormat } from '../../render/index.ts';
import { invoke } from '../invoke.ts';
import { choiceOption } from '../options.ts';
import { waitOption } from '../plan-flags.ts';
import { withJsonOnFailure, writePlanOutputs } from '../plan-outputs.ts';
import { loadProject, planProject } from '../project.ts';

interface Flags {
  readonly format: PlanFormat;
  readonly wait: number;
}

export function addDrift(program: Command): void {
  program
    .command('drift')
    .description('Tell whether the brokers differ from the topology, unmanaged resources included.')
    .addOption(choiceOption('--format <format>', 'how to print it', ['text', 'json', 'markdown']))
    .addOption(waitOption())
    .action(
      invoke<Flags>((context, flags) =>
        withJsonOnFailure(context, flags, async () => {
          const checked = await loadProject(context);
          const plan = await planProject(context, checked, {
            target: [],
            exclude: [],
            allow: [],
            preview: false,
            wait: flags.wait,
          });
          await writePlanOutputs(context, flags, plan, { ...context.out, listUnmanaged: true });
          // What would be blocked is a difference like any other: nothing is going to be applied here.
          return { differs: plan.waves.some((wave) => wave.length > 0) || plan.unmanaged.length > 0 };
        }),
      ),
    );
}
