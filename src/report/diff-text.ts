import type { Diff, EnvironmentDiff, EnvironmentDifference, Source } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { joinParts } from '../text/words.ts';
import { subjectName } from './about.ts';
import { diagnosticLines } from './diagnostics-text.ts';
import { effectBlocks, headed, sideNotes, sideText, undeclaredBlocks } from './plan-blocks.ts';
import { hasChanges, sectionLines, TITLE } from './plan-text.ts';
import { brokenTestsPart, type PlanSections, SECTION_ORDER, sectionsOf } from './sections.ts';
import { fieldLines, itemLine, noteColumn } from './step-lines.ts';
import { lineText, paint, RISK_COLOUR, type Style } from './style.ts';
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

/** Two environments for a terminal: what is promoted, if it was asked for, and then what differs on purpose. */
export function environmentsText(diff: EnvironmentDiff, style: Style): string {
  const { project, from, to, promoted } = diff;
  const title = `Environments ${escapeText(project)} · ${escapeText(from)} → ${escapeText(to)}`;
  const blocks = environmentSections(diff, style).filter((section) => section.blocks.length > 0);
  return [
    ...(promoted ? [diffText(promoted, style)] : []),
    paint(style, 'bold', title),
    joinParts(environmentCounts(diff)) || 'No resources.',
    ...blocks.flatMap((section) => [
      '',
      paint(style, section.colour, section.heading.toUpperCase()),
      ...section.blocks.flat(),
    ]),
    '',
  ].join('\n');
}

export function environmentCounts({
  differences,
  unchanged,
  from,
  to,
}: EnvironmentDiff): [count: number, label: string][] {
  const count = (where: EnvironmentDifference['in']) => differences.filter((one) => one.in === where).length;
  return [
    [count('both'), count('both') === 1 ? 'differs' : 'differ'],
    [count('from'), `only in ${escapeText(from)}`],
    [count('to'), `only in ${escapeText(to)}`],
    [unchanged, 'the same'],
  ];
}

export interface EnvironmentSection {
  readonly heading: string;
  readonly colour: 'yellow' | 'red' | 'green';
  readonly blocks: readonly string[][];
}

export function environmentSections(diff: EnvironmentDiff, style: Style): EnvironmentSection[] {
  const { differences, from, to } = diff;
  const blocks = (where: EnvironmentDifference['in'], mark: string) => {
    const those = differences.filter((one) => one.in === where);
    const laid = { ...style, noteColumn: noteColumn(those, style) };
    return those.map((one) => [
      itemLine(mark, one, lineText(one.at), laid),
      ...fieldLines(one.fields, laid, { note: ({ at }) => ownPlace(at, one.at) }),
    ]);
  };
  return [
    { heading: 'Different', colour: 'yellow', blocks: blocks('both', ' ~ ') },
    { heading: `Only in ${escapeText(from)}`, colour: 'red', blocks: blocks('from', ' - ') },
    { heading: `Only in ${escapeText(to)}`, colour: 'green', blocks: blocks('to', ' + ') },
  ];
}

/** Where the value of a field is set, if not at the resource: an override. */
function ownPlace(at: Source | undefined, ofResource: Source | undefined): string {
  return at && at.file !== ofResource?.file ? place(at) : '';
}

function place({ file, line }: Source): string {
  return `${file}:${line}`;
}
