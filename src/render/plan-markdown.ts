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
  let room = LIMIT - (parts[0]?.length ?? 0);
  for (const name of SECTION_ORDER) {
    const part = sectionMarkdown(name, sectionBlocks(name, sections, plan, layout), room);
    if (part === '') continue;
    parts.push(part);
    room -= part.length + 1;
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

function sectionMarkdown(name: SectionName, blocks: readonly (readonly string[])[], room: number): string {
  if (blocks.length === 0) return '';
  const shown = fitting(blocks, room - FRAME);
  const dropped = blocks.length - shown.length;
  const notes = dropped > 0 ? `\n${plural(dropped, `more ${name} change`)} not shown here.\n` : '';
  const body = `${shown.length > 0 ? markdownFence(shown.flat()) : ''}${notes}`;
  return name === 'safe'
    ? `<details><summary>${HEADING[name]} (${formatCount(blocks.length)})</summary>\n\n${body}\n</details>\n`
    : `#### ${HEADING[name]}\n\n${body}`;
}

function fitting(blocks: readonly (readonly string[])[], room: number): (readonly string[])[] {
  let size = 0;
  const end = blocks.findIndex((lines) => {
    // A fence grows with the longest run of backticks, so those count thrice.
    size += lines.reduce((sum, line) => sum + line.length + 1 + 2 * (line.split('`').length - 1), 0);
    return size > room;
  });
  return end === -1 ? [...blocks] : blocks.slice(0, end);
}
