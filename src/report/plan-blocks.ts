import {
  type AbandonedMove,
  type Diagnostic,
  type Diff,
  type Effect,
  formatCount,
  groupBy,
  type LeftBehind,
  type Side,
  type Undeclared,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { itemLine, kindCounts, readingTime } from './step-lines.ts';
import { lineText, paint, RISK_COLOUR, type Style } from './style.ts';

const INDENT = '      ';

export function headed(heading: string, blocks: readonly (readonly string[])[], style: Style): string[] {
  return blocks.length > 0 ? [paint(style, 'bold', heading), ...blocks.flat()] : [];
}

/** `main (1a2b3c4)` */
export function sideText({ ref, commit }: Side): string {
  if (ref === undefined) return 'working tree';
  if (commit === undefined) return escapeText(ref);
  const short = escapeText(commit.slice(0, 7));
  return commit.startsWith(ref) ? short : `${escapeText(ref)} (${short})`;
}

/** What must be known of how the sides were read. */
export function sideNotes(sides: readonly Side[]): string[] {
  return sides.flatMap((side) => {
    const name = sideText(side);
    const errors =
      side.errors > 0 ? [`${name}: ${plural(side.errors, 'error')}; the affected resources are omitted`] : [];
    return [...(side.note === undefined ? [] : [`${name}: ${side.note}`]), ...errors];
  });
}

/** Each with its state; then what to paste to delete them. */
export function undeclaredBlocks(
  undeclared: readonly LeftBehind[],
  base: Side,
  planDate: string,
  style: Style,
): string[][] {
  const lines = retiredLines(undeclared);
  return [
    ...undeclared.map((one) => undeclaredLines(one, base, planDate, style)),
    ...(lines.length > 0 ? [[`${INDENT}${RETIRE_HINT}`, ...lines.map((line) => `${INDENT}  ${line}`)]] : []),
  ];
}

export const RETIRE_HINT = 'To delete them, add to a topology file:';

/** YAML that deletes what is no longer declared, and with it what goes along. */
export function retiredLines(undeclared: readonly Undeclared[]): string[] {
  const addresses = undeclared.filter(({ fields }) => !fields).map(({ address }) => address);
  return addresses.length > 0 ? ['retired:', ...addresses.map((address) => `  - ${address}`)] : [];
}

function undeclaredLines(
  { title, detail, fields, reset, at, dependents = [], owned, still, affected }: LeftBehind,
  base: Side,
  planDate: string,
  style: Style,
): string[] {
  const place = lineText(at);
  if (fields) {
    return [
      itemLine(' · ', { title, detail }, place, style),
      ...fields.map(
        ({ name, before = '' }) =>
          `${INDENT}${escapeText(name)}  was ${escapeText(before)}; the broker keeps the current value`,
      ),
      ...(reset === undefined ? [] : [`${INDENT}to reset: ${escapeText(reset)}`]),
    ];
  }
  const where = place === '' ? '' : `${place} in ${sideText(base)}`;
  const fate = owned ? 'stays on the broker; apply --prune deletes it' : 'stays on the broker';
  return [
    itemLine(' · ', { title, detail }, where, style),
    `${INDENT}${still === undefined ? fate : `${fate}; ${paint(style, RISK_COLOUR.disruptive, escapeText(still))}`}`,
    ...(affected
      ? [`${INDENT}holds: ${escapeText(affected.text)} (as of ${readingTime(affected.readAt, planDate)})`]
      : []),
    ...(dependents.length > 0 ? [`${INDENT}deleting it also removes ${kindCounts(dependents)}`] : []),
  ];
}

/** One block a resource where something becomes different for messages or clients. */
export function effectBlocks(
  { effects, effectsCut }: Pick<Diff, 'effects' | 'effectsCut'>,
  style: Style,
): string[][] {
  const groups = groupBy(effects, ({ address }) => address);
  const blocks = Array.from(groups.values(), (group) => [
    ...group.slice(0, 1).map((one) => itemLine('   ', one, '', style)),
    ...group.map((effect) => `${INDENT}${effectText(effect, style)}`),
  ]);
  const rest = effectsCut > 0 ? [[`   ${formatCount(effectsCut)} more not checked or not shown`]] : [];
  return [...blocks, ...rest];
}

/** `key order.#, key b and 3 more: no longer reaches queue audit` */
function effectText({ about, more, text, risk }: Effect, style: Style): string {
  const names = about.map(escapeText).join(', ');
  const rest = more > 0 ? ` and ${formatCount(more)} more` : '';
  return `${names === '' ? '' : `${names}${rest}: `}${paint(style, RISK_COLOUR[risk], escapeText(text))}`;
}

const HINT = 'declare it as before and apply, which continues the move';

/** What an interrupted move left, and how it goes on. */
export function abandonedBlocks(moves: readonly AbandonedMove[], style: Style): string[][] {
  return moves.map(({ left, ...item }) => [
    itemLine(' ! ', item, '', style),
    `${INDENT}no longer declared, and its move was interrupted; nothing is deleted, and this is left:`,
    ...left.map((one) => `${INDENT}  ${escapeText(leftText(one))}`),
    `${INDENT}to proceed: ${HINT}`,
  ]);
}

export function abandonedFindings(moves: readonly AbandonedMove[]): Diagnostic[] {
  return moves.map(({ address, title, detail, left }) => ({
    code: 'plan/interrupted-move',
    severity: 'warning',
    message: `${detail === '' ? title : `${title} (${detail})`} is no longer declared, and its move was interrupted: ${left.map(leftText).join('; ')}`,
    address,
    hint: HINT,
  }));
}

function leftText({ title, text }: AbandonedMove['left'][number]): string {
  return text === undefined ? title : `${title}  ${text}`;
}
