import { relative } from 'node:path';
import type { Command } from 'commander';
import type { Diagnostic, Severity } from '../../model/index.ts';
import { type Format, renderDiagnostics } from '../../report/index.ts';
import type { Checked } from '../../workflow/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { choiceOption } from '../options.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { checkProject, hasInvalidInput } from '../project.ts';

interface Flags extends OutputFlags {
  readonly failOn: Severity;
  readonly baseline?: string;
  readonly writeBaseline?: string | true;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

export function addValidate(program: Command, invoke: Invoke): void {
  addOutputOptions(
    program
      .command('validate')
      .description('Check topology files offline: schema and lint rules')
      .argument('[paths...]', 'topology files or globs (default: those of the configuration)')
      .addOption(
        choiceOption('--fail-on <severity>', 'exit 3 at this severity or above', [
          'error',
          'warning',
          'info',
        ]),
      )
      .option('--baseline <file>', 'baseline file of accepted findings (default: lint.baseline)')
      .option(
        '--write-baseline [file]',
        'accept all findings: write them to a baseline (default: lint.baseline)',
      ),
  ).action(
    invoke<Flags>((context, flags, paths) =>
      withOutputs(context, flags, 'validate', async (publish) => {
        const { diagnostics, accepted } = await checkFindings(context, flags, paths);
        if (accepted > 0)
          context.note(`${accepted} finding${accepted === 1 ? ' is' : 's are'} in the baseline.`);
        // A file, or a program, gets all of them.
        const shown = (all: readonly Diagnostic[], format: Format) =>
          context.flags.quiet && format === 'text' ? all.filter(({ severity }) => severity === 'error') : all;
        const about = { command: 'validate', ...context.subject } as const;
        await publish((format, style) => renderDiagnostics(shown(diagnostics, format), format, style, about));
        if (await hasInvalidInput(diagnostics)) return { refused: EXIT.input };
        return { policy: diagnostics.some(({ severity }) => RANK[severity] >= RANK[flags.failOn]) };
      }),
    ),
  );
}

async function checkFindings(
  context: CommandContext,
  flags: Flags,
  paths: readonly string[],
): Promise<Checked> {
  const { baseline, writeBaseline: chosen } = flags;
  if (chosen === undefined)
    return checkProject(context, { paths, ...(baseline !== undefined && { baseline }) });
  if (baseline !== undefined) throw new UsageError('--baseline and --write-baseline cannot be used together');
  if (paths.length > 0) throw new UsageError('--write-baseline cannot be used with paths');
  const { baselineOf, isFinding, writeBaseline } = await import('../../workflow/index.ts');
  const { diagnostics, project } = await checkProject(context, { baseline: false });
  const file = chosen === true ? relative(context.folder.path, project.baselineFile) : chosen;
  const entries = baselineOf(diagnostics.filter(isFinding));
  await context.folder.write(file, writeBaseline(entries));
  const count = entries.reduce((sum, entry) => sum + entry.count, 0);
  const isUsed = context.folder.at(file) === project.baselineFile;
  const how = isUsed ? '' : `; name it as lint.baseline in ${project.configFile ?? 'brokerform.yaml'}`;
  context.note(`Wrote ${count} finding${count === 1 ? '' : 's'} to ${file}${how}.`);
  return checkProject(context, { baseline: file });
}
