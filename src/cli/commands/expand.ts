import type { Command } from 'commander';
import { type Expansion, globMatcher, suggestionOr } from '../../model/index.ts';
import { renderExpansions } from '../../report/index.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { addJsonOption, type JsonFlags, withOutputs } from '../outputs.ts';
import { readableProject } from '../project.ts';

export function addExpand(program: Command, invoke: Invoke): void {
  addJsonOption(
    program
      .command('expand')
      .description('Print the topology that patterns stand for')
      .argument('[names...]', 'names of patterns; * for any characters (default: all)'),
  ).action(
    invoke<JsonFlags>((context, flags, names) =>
      withOutputs<'text' | 'json'>(context, flags, 'expand', async (publish) => {
        const checked = await readableProject(context);
        const { expandPatterns } = await import('../../workflow/index.ts');
        const found = chosen(expandPatterns(checked), names);
        context.progress.clear();
        await publish((format, style) => renderExpansions(found, format, style));
        return {};
      }),
    ),
  );
}

/** @throws UsageError where there is nothing to expand, or a name is that of no pattern */
function chosen(all: readonly Expansion[], names: readonly string[]): readonly Expansion[] {
  if (all.length === 0) {
    throw new UsageError(
      'the topology files have no patterns',
      'add them under patterns: in a topology file',
    );
  }
  const matchers = names.map((name) => globMatcher(name));
  const unknown = names.find((_, i) => !all.some(({ name }) => matchers[i]?.(name)));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name);
    throw new UsageError(
      `there is no pattern ${unknown}`,
      suggestionOr(`patterns: ${known.join(', ')}`, unknown, known),
    );
  }
  return names.length === 0 ? all : all.filter(({ name }) => matchers.some((matches) => matches(name)));
}
