import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { PlanFormat } from '../../render/index.ts';
import { invoke } from '../invoke.ts';
import { choiceOption } from '../options.ts';
import { withJsonOnFailure, writePlanOutputs } from '../plan-outputs.ts';

interface Flags {
  readonly format: PlanFormat;
}

export function addShow(program: Command): void {
  program
    .command('show')
    .description('Print a saved plan, offline.')
    .argument('<plan>', 'a file that plan --out saved')
    .addOption(choiceOption('--format <format>', 'how to print it', ['text', 'json', 'markdown']))
    .action(
      invoke<Flags>((context, flags, [file = '']) =>
        withJsonOnFailure(context, flags, async () => {
          const { readPlan } = await import('../../pipeline/index.ts');
          await writePlanOutputs(context, flags, readPlan(await readFile(file, 'utf8')));
          return {};
        }),
      ),
    );
}
