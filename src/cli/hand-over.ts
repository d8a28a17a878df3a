import { groupBy } from '../model/index.ts';
import { escapeText } from '../report/index.ts';
import type { TracedName } from '../workflow/foreign.ts';
import type { CommandContext } from './context.ts';

/** What is left to do until brokerform alone manages what Terraform did. Terraform's command changes no broker. */
export function tellHandOver(context: CommandContext, names: readonly TracedName[]): void {
  const kept = names.filter(({ isKept }) => isKept);
  if (kept.length === 0 || context.flags.quiet === true) return;
  const lines = [
    'next:',
    '  1. brokerform plan: against the broker that Terraform manages, it has no changes unless there is drift',
    '  2. remove these resources from the configuration of Terraform, and from its state:',
  ];
  for (const [file, own] of groupBy(kept, ({ at }) => at.file)) {
    const releases = [...groupBy(own, ({ whole }) => whole)].flatMap(([whole, some]) =>
      some.length === some[0]?.instances ? [whole] : some.map(({ name }) => name),
    );
    lines.push(`     # ${escapeText(file)}`, '     terraform state rm \\');
    for (const [index, release] of releases.entries()) {
      const isLast = index === releases.length - 1;
      lines.push(`       ${quoted(release)}${isLast ? '' : ' \\'}`);
    }
  }
  context.tell(`${lines.join('\n')}\n  3. brokerform apply\n`);
}

/** For a shell. */
function quoted(address: string): string {
  return `'${escapeText(address).replaceAll("'", "'\\''")}'`;
}
