import type { Command } from 'commander';
import type { Severity } from '../../model/index.ts';
import { renderDiagnostics } from '../../render/index.ts';
import { EXIT } from '../exit.ts';
import { invoke } from '../invoke.ts';
import { choiceOption } from '../options.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { checkProject, hasInvalidInput } from '../project.ts';

interface Flags extends OutputFlags {
  readonly failOn: Severity;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

export function addValidate(program: Command): void {
  addOutputOptions(
    program
      .command('validate')
      .description('Check the topology offline: schema and lint.')
      .argument('[paths...]', 'topology files or globs, in the place of those that the configuration names')
      .addOption(
        choiceOption('--fail-on <severity>', 'exit with 3 from this severity on', [
          'error',
          'warning',
          'info',
        ]),
      ),
  ).action(
    invoke<Flags>((context, flags, paths) =>
      withOutputs(context, flags, 'validate', async (publish) => {
        const { diagnostics } = await checkProject(context, { paths });
        const about = { command: 'validate', ...context.subject } as const;
        await publish((format, style) => renderDiagnostics(diagnostics, format, style, about));
        if (await hasInvalidInput(diagnostics)) return { refused: EXIT.input };
        return { policy: diagnostics.some(({ severity }) => RANK[severity] >= RANK[flags.failOn]) };
      }),
    ),
  );
}
