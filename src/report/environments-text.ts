import type { EnvironmentDiff, EnvironmentDifference, Source } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { joinParts } from '../text/words.ts';
import { diffText } from './diff-text.ts';
import { lineText } from './place-text.ts';
import { fieldLines, itemLine, noteColumn } from './step-lines.ts';
import { paint, type Style } from './style.ts';

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
