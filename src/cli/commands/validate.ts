import { relative } from 'node:path';
import type { Command } from 'commander';
import type { Diagnostic, Severity } from '../../model/index.ts';
import { type DiagnosticsFormat, renderDiagnostics } from '../../render/index.ts';
import { EXIT } from '../exit.ts';
import { invoke } from '../invoke.ts';
import { choiceOption } from '../options.ts';
import { withJsonOnFailure } from '../plan-outputs.ts';
import { checkProject } from '../project.ts';

interface Flags {
  readonly format: DiagnosticsFormat;
  readonly failOn: Severity;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description('Check the topology offline: schema and lint.')
    .argument('[paths...]', 'topology files or globs, in the place of those that the configuration names')
    .addOption(
      choiceOption('--format <format>', 'how to print findings', [
        'text',
        'json',
        'github',
        'sarif',
        'junit',
      ]),
    )
    .addOption(
      choiceOption('--fail-on <severity>', 'exit with 3 from this severity on', ['error', 'warning', 'info']),
    )
    .action(
      invoke<Flags>((context, flags, paths) =>
        withJsonOnFailure(context, flags, async () => {
          const { diagnostics } = await checkProject(context, { paths });
          const forCi = flags.format === 'github' || flags.format === 'sarif';
          const found = forCi ? fromWorkspace(diagnostics) : diagnostics;
          context.print(renderDiagnostics(found, flags.format, context.out));
          if (diagnostics.some(isInvalidInput)) return { refused: EXIT.input };
          return { policy: diagnostics.some(({ severity }) => RANK[severity] >= RANK[flags.failOn]) };
        }),
      ),
    );
}

/** What could not be read as a topology at all, as opposed to a topology that is not wise. */
function isInvalidInput({ code, severity }: Diagnostic): boolean {
  return severity === 'error' && /^(?:load|schema|config)\//.test(code);
}

/** GitHub places annotations by paths from the root of the checkout, wherever the command was started. */
function fromWorkspace(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const root = process.env.GITHUB_WORKSPACE;
  const prefix = root === undefined ? '' : relative(root, process.cwd());
  if (prefix === '' || prefix.startsWith('..')) return diagnostics;
  return diagnostics.map((diagnostic) =>
    diagnostic.at
      ? { ...diagnostic, at: { ...diagnostic.at, file: `${prefix}/${diagnostic.at.file}` } }
      : diagnostic,
  );
}
