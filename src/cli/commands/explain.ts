import type { Command } from 'commander';
import { largest, type Page, suggestionOr } from '../../model/index.ts';
import { escapeText, rulesJson } from '../../report/index.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { addJsonOption, type JsonFlags, withOutputs } from '../outputs.ts';

export function addExplain(program: Command, invoke: Invoke): void {
  addJsonOption(
    program
      .command('explain')
      .description('Explain a code that a command prints, or list all')
      .argument('[code]', 'code of a finding, such as rabbitmq/unbound-queue'),
  ).action(
    invoke<JsonFlags>((context, flags, [code]) =>
      withOutputs<'text' | 'json'>(context, flags, 'explain', async (publish) => {
        const { explainedPages, pageOf, pageText } = await import('../../workflow/index.ts');
        const pages = explainedPages().toSorted((a, b) => (a.code < b.code ? -1 : 1));
        const shown = code === undefined ? pages : [pageOf(code, pages) ?? unknown(code, pages)];
        await publish((format) => {
          if (format === 'json') return rulesJson(shown);
          return code === undefined ? listText(pages) : shown.map((page) => `${pageText(page)}\n`).join('');
        });
        return {};
      }),
    ),
  );
}

function listText(rules: readonly Page[]): string {
  const width = largest(rules.map(({ code }) => code.length));
  return rules
    .map(({ code, severity, summary }) => `${code.padEnd(width)}  ${severity.padEnd(7)}  ${summary}\n`)
    .join('');
}

/** @throws UsageError always */
function unknown(code: string, pages: readonly Page[]): never {
  const known = pages.map((page) => page.code);
  throw new UsageError(
    `nothing has the code ${escapeText(code)}`,
    suggestionOr('"brokerform explain" lists all codes', code, known),
  );
}
