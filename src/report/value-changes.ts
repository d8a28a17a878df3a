import {
  type FieldChange,
  type FieldLine,
  formatCount,
  isExactInt,
  isObject,
  type Json,
  shownSecrets,
  toBigInt,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { paint, type Style } from './style.ts';
import { compareLists, comparePatches } from './unified-diff.ts';

/** Characters that both values of one line may have together. */
const SHORT = 80;
const CONTEXT = 2;
/** Limits of what is shown: lines of one field, characters of one line or item, items of one list. */
const MOST_LINES = 30;
const LONGEST_LINE = 160;
const MOST_ITEMS = 12;
/** Line edits after which the comparison stops, because its time grows with their square. */
const MOST_EDITS = 400;
/** Characters of both values beyond which no lines are compared. */
const LONGEST_TEXT = 500_000;

export interface ValueChange {
  /** One line, escaped and painted. */
  readonly text: string;
  /** Columns of `text` without its colours. */
  readonly width: number;
  /** The changed lines with context, escaped; empty if `text` contains the whole change. */
  readonly lines: readonly string[];
}

/**
 * A changed value as people read it: a short one as `before → after`, a list by its added and removed items, a long
 * text or JSON value by its changed lines.
 * @param change the values themselves; without them, or if the line shows something else, its texts are compared
 */
export function valueChange(line: FieldLine, change: FieldChange | undefined, style: Style): ValueChange {
  const { before, after } = line;
  if (before === undefined || after === undefined) {
    const text = before ?? after;
    if (text === undefined) return oneLine('');
    const [left, right] = before === undefined ? ['unset', cut(text)] : [cut(text), 'unset'];
    return oneLine(`${left} → ${right}`);
  }
  const lists = [itemsOf(before, change?.before), itemsOf(after, change?.after)] as const;
  const items = lists[0] && lists[1] ? listChange(lists[0], lists[1], style) : undefined;
  if (items) return items;
  const isLong = before.length + after.length > SHORT || /\n/.test(before + after);
  if (!isLong) return oneLine(`${escapeText(before)} → ${escapeText(after)}`);
  if (before.length + after.length > LONGEST_TEXT) return oneLine(`${cut(before)} → ${cut(after)}`);
  const alternatives = alternativesOf(before, after);
  const changed = alternatives && listChange(...alternatives, style);
  if (changed) return changed;
  const lines = changedLines(prettyText(before, change?.before), prettyText(after, change?.after), style);
  return lines.length > 0 ? { ...oneLine(''), lines } : oneLine(`${cut(before)} → ${cut(after)}`);
}

function oneLine(text: string): ValueChange {
  return { text, width: text.length, lines: [] };
}

/** Escaped, and no longer than a line; the omitted characters are counted. */
function cut(text: string): string {
  if (text.length <= LONGEST_LINE) return escapeText(text);
  return `${escapeText(text.slice(0, LONGEST_LINE))}… (+${plural(text.length - LONGEST_LINE, 'character')})`;
}

/** The items of a list of texts, if the line shows these and nothing else. */
function itemsOf(shown: string, value: Json | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: string[] = value.filter((item: Json) => typeof item === 'string');
  if (items.length < value.length) return undefined;
  const plain = items.join(', ');
  return [plain, `[${plain}]`, items.join(','), JSON.stringify(items)].includes(shown) ? items : undefined;
}

const ALTERNATIVES = String.raw`((?:[^()[\]\\\n]|\\[^|()[\]\n])+)`;
const GROUP = new RegExp(String.raw`^(\^?\((?:\?:)?)${ALTERNATIVES}(\)\$?)$`);
const UNGROUPED = new RegExp(`^()${ALTERNATIVES}()$`);

/** The alternatives of two regular expressions, `^(a|b|c)$` or `^a$|^b$`, that have the same text around them. */
function alternativesOf(before: string, after: string): [string[], string[]] | undefined {
  for (const form of [GROUP, UNGROUPED]) {
    const [left, right] = [form.exec(before), form.exec(after)];
    if (!left || !right || left[1] !== right[1] || left[3] !== right[3]) continue;
    const sides: [string[], string[]] = [(left[2] ?? '').split('|'), (right[2] ?? '').split('|')];
    if (sides.every(({ length }) => length > 1)) return sides;
  }
  return undefined;
}

/** `+orders.new  −orders.old  (3 unchanged)`; undefined if only the order changed, or if there are too many edits. */
function listChange(
  before: readonly string[],
  after: readonly string[],
  style: Style,
): ValueChange | undefined {
  const parts = compareLists().diffArrays([...before].sort(), [...after].sort(), {
    maxEditLength: MOST_EDITS,
  });
  if (!parts) return undefined;
  const added = parts.filter((part) => part.added).flatMap(({ value }) => value);
  const removed = parts.filter((part) => part.removed).flatMap(({ value }) => value);
  if (added.length + removed.length === 0) return undefined;
  const unchanged = before.length - removed.length;
  const words = [
    ...signed('+', 'added', added),
    ...signed('−', 'removed', removed),
    ...(unchanged > 0 ? [['', `(${formatCount(unchanged)} unchanged)`] as const] : []),
  ];
  const painted = words.map(([sign, word]) => paintSign(sign, word, style)).join('  ');
  return { text: painted, width: words.map(([, word]) => word).join('  ').length, lines: [] };
}

function signed(sign: '+' | '−', label: string, items: readonly string[]): (readonly [string, string])[] {
  const shown = items
    .slice(0, MOST_ITEMS)
    .map((item) => [sign, sign + (item === '' ? '""' : cut(item))] as const);
  const rest = items.length - MOST_ITEMS;
  return rest > 0 ? [...shown, [sign, `${sign}… ${formatCount(rest)} more ${label}`]] : shown;
}

function paintSign(sign: string, text: string, style: Style): string {
  return sign === '+' ? paint(style, 'green', text) : sign === '' ? text : paint(style, 'red', text);
}

/** A JSON value as its outline, if the line shows its JSON text; else the text. */
function prettyText(shown: string, value: Json | undefined): string {
  if (typeof value !== 'object' || value === null) return shown;
  const safe = shownSecrets(value);
  return JSON.stringify(safe) === shown ? outline(safe).join('\n') : shown;
}

/** Changed lines with context, and `⋮` between distant ones; none if the texts are equal. */
function changedLines(before: string, after: string, style: Style): string[] {
  if (before === after) return [];
  const patch = comparePatches().structuredPatch('', '', `${before}\n`, `${after}\n`, '', '', {
    context: CONTEXT,
    maxEditLength: MOST_EDITS,
  });
  if (!patch) return [`${formatCount(before.length)} → ${plural(after.length, 'character')}`];
  const lines = patch.hunks.flatMap((hunk, index) => [...(index > 0 ? ['⋮'] : []), ...hunk.lines]);
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const sign = line.slice(0, 1);
    return paintSign(
      sign === ' ' || sign === '⋮' ? '' : sign,
      `${sign} ${cut(line.slice(1))}`.trimEnd(),
      style,
    );
  });
  const rest = lines.slice(MOST_LINES).filter((line) => /^[+-]/.test(line)).length;
  return rest > 0 ? [...shown, `… ${plural(rest, 'more changed line')}`] : shown;
}

/** Text that needs no quotes to be told from another kind of value or from the outline's own signs. */
const PLAIN_TEXT = /^[A-Za-z/*>#$^(.][^\p{C}"':]*(?<! )$/u;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/**
 * A JSON value as lines in the manner of YAML: one item or field a line and no commas, so that a changed item changes
 * its own lines only.
 */
function outline(value: Json): string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: Json) =>
      outline(item).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`)),
    );
  }
  if (!isObject(value) || !isTree(value)) {
    return [
      toBigInt(value)?.toString() ?? (typeof value === 'string' ? textOf(value) : JSON.stringify(value)),
    ];
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const lines = outline(item);
    const name = textOf(key);
    return isTree(item) ? [`${name}:`, ...lines.map((line) => `  ${line}`)] : [`${name}: ${lines[0] ?? ''}`];
  });
}

function isTree(value: Json): boolean {
  return typeof value === 'object' && value !== null && !isExactInt(value) && Object.keys(value).length > 0;
}

function textOf(text: string): string {
  return PLAIN_TEXT.test(text) && !WORDS.has(text) ? text : JSON.stringify(text);
}
