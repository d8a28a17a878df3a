import type { Plan } from '../model/index.ts';
import { markdownCode, markdownFence } from './escape.ts';
import { hasChanges, SECTION_ORDER, sectionBlocks } from './plan-text.ts';
import { type PlanSections, type SectionName, sectionsOf, summaryParts } from './sections.ts';
import { PLAIN, type Style } from './style.ts';
import { formatCount, plural } from './words.ts';

/** GitHub refuses comments over 65,536 characters; what embeds this text needs some room too. */
const LIMIT = 60_000;

const HEADING: Readonly<Record<SectionName, string>> = {
  blocked: '🛑 Blocked',
  destructive: 'Destructive',
  disruptive: 'Disruptive',
  safe: 'Safe',
};

/** The plan for a pull request: what is dangerous whole, what is safe folded, what does not fit counted. */
export function planMarkdown(plan: Plan, style: Style): string {
  const sections = sectionsOf(plan);
  const head = [
    `### Plan ${markdownCode(plan.environment ?? plan.project)}`,
    '',
    brokerTable(plan),
    summaryTable(plan, sections),
  ];
  const layout: Style = { ...PLAIN, verbose: style.verbose };
  const parts: string[] = [head.join('\n')];
  let room = LIMIT - (parts[0]?.length ?? 0) - SECTION_ORDER.length * FRAME;
  for (const name of SECTION_ORDER) {
    const blocks = sectionBlocks(name, sections, plan, layout);
    if (blocks.length === 0) continue;
    const { shown, size } = fitting(blocks, room);
    parts.push(sectionMarkdown(name, shown, blocks.length));
    // Where something dangerous had to be dropped, nothing less dangerous takes the room that is left.
    room = shown.length < blocks.length ? 0 : room - size;
  }
  return parts.join('\n');
}

function brokerTable(plan: Plan): string {
  const rows = plan.brokers.map(
    ({ name, type, id, version }) => `| ${[name, type, id, version].map(markdownCode).join(' | ')} |\n`,
  );
  return rows.length === 0
    ? ''
    : `| broker | type | cluster | version |\n|---|---|---|---|\n${rows.join('')}`;
}

function summaryTable(plan: Plan, sections: PlanSections): string {
  const parts = summaryParts(plan, sections).filter(([count]) => count > 0);
  const table =
    parts.length === 0
      ? ''
      : `| ${parts.map(([, label]) => label).join(' | ')} |\n|${'---:|'.repeat(parts.length)}\n` +
        `| ${parts.map(([count]) => formatCount(count)).join(' | ')} |\n`;
  return `${!hasChanges(sections) ? '**No changes.**\n\n' : ''}${table}`;
}

/** What every section may need besides its changes: heading, fences, the line that counts what was dropped. */
const FRAME = 400;

function sectionMarkdown(name: SectionName, shown: readonly (readonly string[])[], total: number): string {
  const dropped = total - shown.length;
  const note = dropped > 0 ? `\n${plural(dropped, `more ${name} change`)} not shown here.\n` : '';
  const body = `${shown.length > 0 ? markdownFence(shown.flat()) : ''}${note}`;
  return name === 'safe'
    ? `<details><summary>${HEADING[name]} (${formatCount(total)})</summary>\n\n${body}\n</details>\n`
    : `#### ${HEADING[name]}\n\n${body}`;
}

/** As many blocks as fit, and how long they are. */
function fitting(
  blocks: readonly (readonly string[])[],
  room: number,
): { shown: readonly (readonly string[])[]; size: number } {
  let size = 0;
  const shown = [];
  for (const lines of blocks) {
    // The fence grows with the longest run of backticks, so those count thrice.
    const grown = lines.reduce((sum, line) => sum + line.length + 1 + 2 * (line.split('`').length - 1), size);
    if (grown > room) break;
    size = grown;
    shown.push(lines);
  }
  return { shown, size };
}
