import type { Diff } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { joinParts } from '../text/words.ts';
import { subjectName } from './about.ts';
import { effectBlocks, headed, sideNotes, sideText, undeclaredBlocks } from './base-text.ts';
import { diagnosticLines } from './diagnostics-text.ts';
import { hasChanges, sectionLines, TITLE } from './plan-text.ts';
import { brokenTestsPart, type PlanSections, SECTION_ORDER, sectionsOf } from './sections.ts';
import { paint, RISK_COLOUR, type Style } from './style.ts';
import { brokenTestBlocks } from './tests-text.ts';

/** The difference of two revisions for a terminal: the summary first, then changes, routing and findings. */
export function diffText(diff: Diff, style: Style): string {
  const sections = diffSections(diff);
  const blocks = [
    ...SECTION_ORDER.map((name) => sectionLines(name, sections, '', style)),
    headed('NO LONGER DECLARED', undeclaredBlocks(diff.undeclared, diff.base, '', style), style),
    headed('GUARDS', guardBlocks(diff, style), style),
    headed('ROUTING', effectBlocks(diff, style), style),
    headed('BROKEN TESTS', brokenTestBlocks(diff.brokenTests, style), style),
    headed('NEW FINDINGS', newFindingBlocks(diff, style), style),
  ];
  return [
    paint(style, 'bold', `${TITLE.diff} ${escapeText(subjectName(diff) ?? '')} · ${sidesText(diff)}`),
    summaryLine(diff, sections, style),
    ...sideNotes([diff.base, diff.head]),
    ...blocks.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]),
    '',
  ].join('\n');
}

export function diffSections({ steps, blockers }: Diff): PlanSections {
  return sectionsOf({ waves: [steps], blockers });
}

/** `main (1a2b3c4) → working tree` */
export function sidesText({ base, head }: Diff): string {
  return `${sideText(base)} → ${sideText(head)}`;
}

/** How many of each there are. */
export function diffCounts(diff: Diff, sections: PlanSections): [count: number, label: string][] {
  return [
    [sections.blocked.length + sections.refusals.length, 'blocked'],
    [sections.destructive.length, 'destructive'],
    [sections.disruptive.length, 'disruptive'],
    [sections.safe.length, 'safe'],
    [diff.undeclared.length, 'no longer declared'],
    brokenTestsPart(diff.brokenTests),
    [diff.unchanged, 'unchanged'],
    ...findingCounts(diff),
  ];
}

function findingCounts({ findings }: Diff): [count: number, label: string][] {
  const noun = (count: number) => (count === 1 ? 'finding' : 'findings');
  const [found, fixed, both] = [findings.new.length, findings.fixed.length, findings.remaining];
  return [
    [found, `new ${noun(found)}`],
    [fixed, `fixed ${noun(fixed)}`],
    [both, `${noun(both)} in both`],
  ];
}

export function hasDifferences(diff: Diff): boolean {
  return hasChanges(diffSections(diff)) || diff.undeclared.length + diff.guards.length > 0;
}

function summaryLine(diff: Diff, sections: PlanSections, style: Style): string {
  const counts = diffCounts(diff, sections);
  const text = joinParts(counts, (label, part) =>
    paint(style, RISK_COLOUR[label as keyof typeof RISK_COLOUR] ?? [], part),
  );
  if (hasDifferences(diff)) return text;
  return `${paint(style, 'green', 'No changes.')}${text === '' ? '' : ` ${text}`}`;
}

const INDENT = '      ';

/** What the configuration says differently of what may be deleted and what is protected. */
export function guardBlocks({ guards }: Diff, style: Style): string[][] {
  return guards.map(({ name, before = 'unset', after = 'unset', weaker }) => {
    const text = `${INDENT}${escapeText(name)}  ${escapeText(before)} → ${escapeText(after)}`;
    return [weaker ? `${text}  ${paint(style, RISK_COLOUR.disruptive, 'is less strict than before')}` : text];
  });
}

/** Advice is for those who ask. */
export function newFindingBlocks({ findings }: Diff, style: Style): string[][] {
  return findings.new
    .filter(({ severity }) => severity !== 'info' || style.verbose)
    .map((finding) => diagnosticLines(finding, style));
}
