import {
  type AgeSpan,
  formatCount,
  type LetterGroup,
  largest,
  type RedriveReport,
  roughSize,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { formatElapsed, joinParts, plural } from '../text/words.ts';
import { paint, type Style } from './style.ts';

/** What a redrive did or would do: where letters came from, why they died, how old they are. */
export function redriveText(report: RedriveReport, style: Style): string {
  const { address, dryRun, groups, notes } = report;
  const title = `${dryRun ? 'Dry run: redrive' : 'Redrive'} ${escapeText(address)}`;
  const blocks = [
    [paint(style, 'bold', title), countLine(report), ...notes.map((note) => `note: ${escapeText(note)}`)],
    groupLines(report, style),
    groups.length > 0 ? ageLines(report.ages) : [],
    endLines(report, style),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function countLine({ found, read, counts }: RedriveReport): string {
  const there = found === undefined ? [] : [`${plural(found, 'dead letter')}`];
  const seen = found === read ? [] : [`${formatCount(read)} read`];
  const parts = joinParts([
    [counts.chosen, 'to redrive'],
    [counts.redriven, 'redriven'],
    [counts.unconfirmed, 'unconfirmed'],
    [counts.kept, 'kept'],
    [counts.skipped, 'skipped'],
  ]);
  return [...there, ...seen, ...(parts === '' ? [] : [parts])].join(' · ');
}

const STATUS = {
  chosen: { word: 'to redrive', colour: 'cyan' },
  redriven: { word: 'redriven', colour: 'green' },
  unconfirmed: { word: 'unconfirmed', colour: 'red' },
  kept: { word: 'kept', colour: 'yellow' },
  skipped: { word: 'skipped', colour: 'yellow' },
} as const;

const WIDEST = 40;

function groupLines({ groups, ungrouped, finishedAt }: RedriveReport, style: Style): string[] {
  const now = Date.parse(finishedAt);
  const counts = largest(
    groups.map(({ count }) => formatCount(count).length),
    0,
  );
  const words = largest(
    groups.map(({ status }) => STATUS[status].word.length),
    0,
  );
  const ways = groups.map(wayText);
  const width = Math.min(
    largest(
      ways.map((way) => way.length),
      0,
    ),
    WIDEST,
  );
  const lines = groups.flatMap((group, i) => {
    const { word, colour } = STATUS[group.status];
    const head = `${formatCount(group.count).padStart(counts)}  ${paint(style, colour, word.padEnd(words))}`;
    return [
      `${head}  ${(ways[i] ?? '').padEnd(width)}  ${factsOf(group, now).join(', ')}`.trimEnd(),
      ...(group.problem === undefined ? [] : [`${' '.repeat(counts + 2)}${escapeText(group.problem)}`]),
    ];
  });
  const rest = ungrouped > 0 ? [`${formatCount(ungrouped)} more, of too many different origins`] : [];
  return [...lines, ...rest];
}

function wayText({ source, target }: LetterGroup): string {
  const from = source === undefined ? '(unknown)' : escapeText(source);
  return target === undefined || target === source ? from : `${from} → ${escapeText(target)}`;
}

function factsOf({ reason, bytes, redrivenBefore, oldest, newest }: LetterGroup, now: number): string[] {
  return [
    ...(reason === undefined ? [] : [escapeText(reason)]),
    ...(newest === undefined || oldest === undefined ? [] : [agesText(now, oldest, newest)]),
    roughSize(bytes),
    ...(redrivenBefore === 0 ? [] : [`${formatCount(redrivenBefore)} redriven before`]),
  ];
}

function agesText(now: number, oldest: string, newest: string): string {
  const [most, least] = [oldest, newest].map((time) => ageText(now - Date.parse(time)));
  return most === least ? `${most} ago` : `${least} to ${most} ago`;
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** Rounded for reading: `3 d`. */
function ageText(milliseconds: number): string {
  for (const [size, unit] of UNITS) {
    if (milliseconds >= size) return `${formatCount(Math.floor(milliseconds / size))} ${unit}`;
  }
  return '0 s';
}

const BAR = 30;

function ageLines(ages: readonly AgeSpan[]): string[] {
  const most = largest(
    ages.map(({ count }) => count),
    1,
  );
  const counts = formatCount(most).length;
  return [
    'age',
    ...ages.map(({ below, unknown, count }) => {
      const label = unknown ? 'unknown' : below === undefined ? 'older' : `< ${below}`;
      const bar = '█'.repeat(Math.max(1, Math.round((count * BAR) / most)));
      return `  ${label.padEnd(7)}  ${formatCount(count).padStart(counts)}  ${bar}`;
    }),
  ];
}

function endLines(
  { dryRun, counts, failure, interrupted, startedAt, finishedAt }: RedriveReport,
  style: Style,
) {
  const took = formatElapsed(Date.parse(finishedAt) - Date.parse(startedAt));
  const why = failure && [
    paint(style, 'red', `stopped: ${escapeText(failure.message)}`),
    ...(failure.hint === undefined ? [] : [`hint: ${escapeText(failure.hint)}`]),
  ];
  if (dryRun) {
    const next = counts.chosen > 0 ? '; to redrive them, add --yes' : '';
    return [`Nothing was changed${next}.`];
  }
  return [
    ...(why ?? []),
    ...(interrupted === undefined
      ? []
      : [`stopped by ${interrupted}; the remaining ones stay where they are`]),
    ...(counts.unconfirmed > 0
      ? [`${plural(counts.unconfirmed, 'unconfirmed letter')} may arrive twice: redrive publishes them again`]
      : []),
    `${plural(counts.redriven, 'message')} redriven in ${took}.`,
  ];
}
