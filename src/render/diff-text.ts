import { type Address, type Diff, type Effect, kindOf, type Side, type Undeclared } from '../model/index.ts';
import { diagnosticLines } from './diagnostics-text.ts';
import { escapeText } from './escape.ts';
import { hasChanges, sectionLines, TITLE } from './plan-text.ts';
import { type PlanSections, SECTION_ORDER, sectionsOf } from './sections.ts';
import { itemLine } from './step-lines.ts';
import { paint, RISK_COLOUR, type Style } from './style.ts';
import { formatCount, joinParts, plural } from './words.ts';

/** The difference of two revisions for a terminal: the summary first, then changes, routing and findings. */
export function diffText(diff: Diff, style: Style): string {
  const sections = diffSections(diff);
  const blocks = [
    ...SECTION_ORDER.map((name) => sectionLines(name, sections, '', style)),
    headed('NO LONGER DECLARED', undeclaredBlocks(diff, style), style),
    headed('GUARDS', guardBlocks(diff, style), style),
    headed('ROUTING', effectBlocks(diff, style), style),
    headed('NEW FINDINGS', newFindingBlocks(diff, style), style),
  ];
  return [
    paint(
      style,
      'bold',
      `${TITLE.diff} ${escapeText(diff.environment ?? diff.project)} · ${sidesText(diff)}`,
    ),
    summaryLine(diff, sections, style),
    ...sideNotes(diff),
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

function sideText({ ref, commit }: Side): string {
  if (ref === undefined) return 'working tree';
  if (commit === undefined) return escapeText(ref);
  const short = escapeText(commit.slice(0, 7));
  return commit.startsWith(ref) ? short : `${escapeText(ref)} (${short})`;
}

/** How many of each there are. */
export function diffCounts(diff: Diff, sections: PlanSections): [count: number, label: string][] {
  return [
    [sections.blocked.length + sections.refusals.length, 'blocked'],
    [sections.destructive.length, 'destructive'],
    [sections.disruptive.length, 'disruptive'],
    [sections.safe.length, 'safe'],
    [diff.undeclared.length, 'no longer declared'],
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

/** What must be known of how the sides were read. */
export function sideNotes({ base, head }: Diff): string[] {
  return [base, head].flatMap((side) => {
    const name = sideText(side);
    const errors =
      side.errors > 0 ? [`${name}: ${plural(side.errors, 'error')}; what they are in is left out here`] : [];
    return [...(side.note === undefined ? [] : [`${name}: ${side.note}`]), ...errors];
  });
}

function headed(heading: string, blocks: readonly (readonly string[])[], style: Style): string[] {
  return blocks.length > 0 ? [paint(style, 'bold', heading), ...blocks.flat()] : [];
}

const INDENT = '      ';

export function undeclaredBlocks({ undeclared, base }: Diff, style: Style): string[][] {
  return undeclared.map((one) => undeclaredLines(one, base, style));
}

function undeclaredLines(
  { address, title, detail, fields, at, along = [], owned }: Undeclared,
  base: Side,
  style: Style,
): string[] {
  const place = at ? `${escapeText(at.file)}:${at.line}` : '';
  if (fields) {
    return [
      itemLine(' · ', { title, detail }, place, style),
      ...fields.map(
        ({ name, before = '' }) =>
          `${INDENT}${escapeText(name)}  was ${escapeText(before)}; the broker keeps what it has`,
      ),
    ];
  }
  const where = place === '' ? '' : `${place} in ${sideText(base)}`;
  const fate = owned
    ? 'owned: apply --prune deletes it, and an apply without leaves it there'
    : `stays on the broker; to delete it, retire ${escapeText(address)}`;
  return [
    itemLine(' · ', { title, detail }, where, style),
    ...(along.length > 0 ? [`${INDENT}with it: ${kindCounts(along)}`] : []),
    `${INDENT}${fate}`,
  ];
}

function kindCounts(addresses: readonly Address[]): string {
  const counts = new Map<string, number>();
  for (const kind of addresses.map(kindOf)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Array.from(counts, ([kind, count]) => plural(count, escapeText(kind))).join(', ');
}

/** What the configuration says differently of what may be deleted and what is protected. */
export function guardBlocks({ guards }: Diff, style: Style): string[][] {
  return guards.map(({ name, before = 'unset', after = 'unset', weaker }) => {
    const text = `${INDENT}${escapeText(name)}  ${escapeText(before)} → ${escapeText(after)}`;
    return [weaker ? `${text}  ${paint(style, RISK_COLOUR.disruptive, 'guards less than before')}` : text];
  });
}

/** One block a resource where something becomes different for messages or clients. */
export function effectBlocks({ effects, effectsCut }: Diff, style: Style): string[][] {
  const groups = new Map<string, Effect[]>();
  for (const effect of effects) {
    const group = groups.get(effect.address);
    if (group) group.push(effect);
    else groups.set(effect.address, [effect]);
  }
  const blocks = Array.from(groups.values(), (group) => [
    ...group.slice(0, 1).map((one) => itemLine('   ', one, '', style)),
    ...group.map((effect) => `${INDENT}${effectText(effect, style)}`),
  ]);
  const rest = effectsCut > 0 ? [[`   ${formatCount(effectsCut)} more not looked at or not shown`]] : [];
  return [...blocks, ...rest];
}

/** `key order.#, key b and 3 more: no longer reaches queue audit` */
function effectText({ about, more, text, risk }: Effect, style: Style): string {
  const names = about.map(escapeText).join(', ');
  const rest = more > 0 ? ` and ${formatCount(more)} more` : '';
  return `${names === '' ? '' : `${names}${rest}: `}${paint(style, RISK_COLOUR[risk], escapeText(text))}`;
}

/** Advice is for those who ask. */
export function newFindingBlocks({ findings }: Diff, style: Style): string[][] {
  return findings.new
    .filter(({ severity }) => severity !== 'info' || style.verbose)
    .map((finding) => diagnosticLines(finding, style));
}
