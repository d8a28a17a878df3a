import {
  type Action,
  type Address,
  type Blocker,
  type Call,
  countBy,
  type Dependent,
  type FieldChange,
  type FieldLine,
  kindOf,
  type Risk,
  type Step,
  subject,
  waysOn,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import type { Entry, SectionName } from './sections.ts';
import { lineText, paint, RISK_COLOUR, type Style } from './style.ts';
import { valueChange } from './value-changes.ts';

/** Where file:line and notes stand, unless the text before them is longer. */
const NOTE_COLUMN = 56;
/** What a place such as `topologies/orders.yaml:42` needs. */
const ROOM = 28;
const INDENT = '      ';

const SYMBOL: Readonly<Record<Action, string>> = {
  create: ' + ',
  update: ' ~ ',
  replace: '-/+',
  delete: ' - ',
};
const SYMBOL_COLOUR = { create: 'green', update: 'yellow', replace: 'red', delete: 'red' } as const;

/** The column that keeps places in one line behind all of these changes, as far as the width allows. */
export function noteColumn(
  items: readonly { readonly title: string; readonly detail: string }[],
  { width }: Style,
): number {
  const lengths = items.map(({ title, detail }) => {
    const text = detail === '' ? title : `${title}  ${detail}`;
    return 4 + escapeText(text).length + 2;
  });
  const longest = lengths.reduce((most, length) => Math.max(most, length), NOTE_COLUMN);
  return Math.max(NOTE_COLUMN, Math.min(longest, width - ROOM));
}

/** `text` with a note at the note column; on a narrow terminal right behind it. */
function withNote(text: string, note: string, style: Style, painted = text): string {
  if (note === '') return painted;
  const column = style.noteColumn ?? NOTE_COLUMN;
  const gap = style.width < NOTE_COLUMN + 24 ? 2 : Math.max(2, column - text.length);
  return `${painted}${' '.repeat(gap)}${paint(style, 'dim', note)}`;
}

/** A change in one line; the note is escaped already. */
export function headLine(
  item: { readonly action: Action; readonly title: string; readonly detail: string },
  note: string,
  style: Style,
): string {
  const title = escapeText(item.title);
  const detail = item.detail === '' ? '' : `  ${escapeText(item.detail)}`;
  const symbol = SYMBOL[item.action];
  const painted = `${paint(style, SYMBOL_COLOUR[item.action], symbol)} ${paint(style, 'bold', title)}${detail}`;
  return withNote(`${symbol} ${title}${detail}`, note, style, painted);
}

/** A resource in one line, with a mark of three characters; the note is escaped already. */
export function itemLine(
  mark: string,
  item: { readonly title: string; readonly detail: string },
  note: string,
  style: Style,
): string {
  const title = escapeText(item.title);
  const detail = item.detail === '' ? '' : `  ${escapeText(item.detail)}`;
  return withNote(
    `${mark} ${title}${detail}`,
    note,
    style,
    `${mark} ${paint(style, 'bold', title)}${detail}`,
  );
}

/** Everything that is said about one step, as lines. */
export function stepLines(entry: Entry, section: SectionName, planDate: string, style: Style): string[] {
  const { step, blockers } = entry;
  const said = risksToSay(step);
  const fields = style.verbose || step.action === 'update' || step.action === 'replace' ? step.fields : [];
  // With one field and one risk, the risk is about that field: it stands behind it.
  const inline =
    fields.length === 1 && fields[0]?.immutable === undefined && said.length === 1 ? said[0] : undefined;
  return [
    headLine(step, lineText(subject(step.change).at), style),
    ...fieldLines(fields, style, {
      changes: 'fields' in step.change ? step.change.fields : [],
      note: ({ immutable }) => immutable ?? inline?.message ?? '',
    }),
    ...said.filter((risk) => risk !== inline).map((risk) => riskLine(risk, section, style)),
    ...affectedLines(step, planDate),
    ...dependentLines(step.dependents, style),
    ...otherCallLines(step),
    ...(blockers.length > 0 ? wayOnLines(blockers) : hintLines(said)),
    ...(style.verbose && step.calls.length > 0 ? [`${INDENT}calls: ${callsText(step.calls)}`] : []),
  ];
}

/** What a change means; the reasons of fields stand behind these. */
function risksToSay(step: Step): Risk[] {
  const reasons = new Set(step.fields.map((field) => field.immutable));
  return step.risks.filter((risk) => !reasons.has(risk.message));
}

interface FieldNotes {
  readonly changes?: readonly FieldChange[];
  readonly note: (field: FieldLine) => string;
}

/**
 * Changed fields, one below the other.
 * @param changes the values of the fields in the same order, as far as they are known
 * @param note raw text behind a field
 */
export function fieldLines(
  fields: readonly FieldLine[],
  style: Style,
  { changes = [], note }: FieldNotes,
): string[] {
  const names = fields.map((field) => escapeText(field.name));
  const widest = names.reduce((widest, name) => Math.max(widest, name.length), 0);
  return fields.flatMap((field, i) => {
    // A plan lists its field lines in the order of its field changes.
    const change = changes.length === fields.length ? changes[i] : undefined;
    const value = valueChange(field, change, style);
    const name = `${INDENT}${(names[i] ?? '').padEnd(widest)}  `;
    return [
      withNote(name + ' '.repeat(value.width), escapeText(note(field)), style, name + value.text).trimEnd(),
      ...value.lines.map((line) => `${INDENT}  ${line}`),
    ];
  });
}

function riskLine(risk: Risk, section: SectionName, style: Style): string {
  const label = risk.class === section ? '' : `${paint(style, RISK_COLOUR[risk.class], risk.class)}: `;
  return `${INDENT}${label}${escapeText(risk.message)}`;
}

function affectedLines(step: Step, planDate: string): string[] {
  if (!step.affected) return [];
  const { text, readAt } = step.affected;
  return [`${INDENT}affected: ${escapeText(text)} (as of ${readingTime(readAt, planDate)})`];
}

/** `12:03:11Z` when it was read on the plan's own day, else with its date. */
export function readingTime(readAt: string, planDate: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(readAt);
  if (!parts) return escapeText(readAt);
  return parts[1] === planDate ? `${parts[2]}Z` : `${parts[1]} ${parts[2]}Z`;
}

const OUTCOME = { recreated: 're-created', removed: 'removed' } as const;
const EFFECT = { recreated: 're-creates', removed: 'removes' } as const;

function dependentLines(dependents: readonly Dependent[], style: Style): string[] {
  if (dependents.length === 0) return [];
  const effects = (['recreated', 'removed'] as const).flatMap((outcome) => {
    const those = dependents.filter((dependent) => dependent.outcome === outcome);
    return those.length === 0
      ? []
      : [`${EFFECT[outcome]} ${kindCounts(those.map(({ address }) => address))}`];
  });
  const names = dependents.map(
    ({ title, detail, outcome }) =>
      `${INDENT}  ${escapeText(detail === '' ? title : `${title}  ${detail}`)}  ${OUTCOME[outcome]}`,
  );
  return [`${INDENT}also ${effects.join('; ')}`, ...(style.verbose ? names : [])];
}

/** `2 bindings, 1 exchange` */
export function kindCounts(addresses: readonly Address[]): string {
  return Array.from(countBy(addresses, kindOf), ([kind, count]) => plural(count, escapeText(kind))).join(
    ', ',
  );
}

const MOST_CALLS = 5;

/** `exchange.declare, queue.bind ×12` */
function callsText(calls: readonly Call[]): string {
  const runs: { op: string; count: number }[] = [];
  for (const { op } of calls) {
    const last = runs.at(-1);
    if (last?.op === op) last.count++;
    else runs.push({ op, count: 1 });
  }
  return runs.map(({ op, count }) => escapeText(op) + (count > 1 ? ` ×${count}` : '')).join(', ');
}

/** Calls at resources that the lines above do not name: an exchange that is brought back along with a queue. */
function otherCallLines({ address, calls, dependents }: Step): string[] {
  const named = new Set([address, ...dependents.map((dependent) => dependent.address)]);
  const others = calls.filter(({ target }) => !named.has(target));
  if (others.length === 0) return [];
  const texts = others
    .slice(0, MOST_CALLS)
    .map(({ op, target }) => `${escapeText(op)} ${escapeText(target)}`);
  const more = others.length > MOST_CALLS ? `, and ${others.length - MOST_CALLS} more` : '';
  return [`${INDENT}also calls: ${texts.join(', ')}${more}`];
}

/** What would open a blocked step: the safer way first, then the exact keys; or that nothing does. */
function wayOnLines(blockers: readonly Blocker[]): string[] {
  const { hints, flags } = waysOn(blockers);
  const hint = hints.map(escapeText).join('; ');
  if (flags.length === 0) return [`${INDENT}cannot be overridden${hint === '' ? '' : `: ${hint}`}`];
  const ways = [...(hint === '' ? [] : [hint]), ...flags.map(escapeText)];
  return ways.map((way, i) => `${INDENT}${i === 0 ? 'to proceed' : '      or'}: ${way}`);
}

function hintLines(risks: readonly Risk[]): string[] {
  const hints = new Set(risks.flatMap(({ hint }) => (hint === undefined ? [] : [hint])));
  return Array.from(hints, (hint) => `${INDENT}hint: ${escapeText(hint)}`);
}

/** A difference that is no step: the broker cannot make it, and the plan says so instead of leaving it out. */
export function refusalLines(blocker: Blocker, style: Style): string[] {
  return [
    ` !  ${paint(style, 'bold', escapeText(blocker.address))}`,
    riskLine(blocker.risk, 'blocked', style),
    ...wayOnLines([blocker]),
  ];
}
