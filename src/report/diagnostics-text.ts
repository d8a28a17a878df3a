import { compareDiagnostics, type Diagnostic, formatSource, groupBy, type Severity } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { alsoText, messageOf, paint, SEVERITY_COLOUR, type Style } from './style.ts';

export type SeverityCounts = Readonly<Record<Severity, number>>;

export function countSeverities(diagnostics: readonly Diagnostic[]): SeverityCounts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of diagnostics) counts[severity]++;
  return counts;
}

/** Findings for a terminal: errors first; of one rule in a row, a shared hint stands at the end. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: Style): string {
  if (diagnostics.length === 0) return `${paint(style, 'green', 'No findings.')}\n`;
  const groups = groupFindings(diagnostics, style.verbose);
  const lines = groups.flatMap((group, i) => groupLines(group, groups[i + 1], groups[i - 1], style));
  return `${[...lines, '', countsLine(diagnostics, style)].join('\n')}\n`;
}

function groupLines(
  group: FindingGroup,
  next: FindingGroup | undefined,
  previous: FindingGroup | undefined,
  style: Style,
): string[] {
  const { first, more } = group;
  const isShared = next?.first.code === first.code && next.first.hint === first.hint;
  const { hint: _, ...rest } = first;
  return [
    ...(previous && previous.first.severity !== first.severity ? [''] : []),
    ...diagnosticLines(rest, style),
    ...(more > 0 ? [`    ${escapeText(moreText(group))}; -v lists all`] : []),
    ...(first.hint === undefined || isShared ? [] : [hintLine(first.hint)]),
  ];
}

function hintLine(hint: string): string {
  return `    hint: ${escapeText(hint)}`;
}

export function diagnosticLines(diagnostic: Diagnostic, style: Style): string[] {
  const { at, severity, code, hint, related } = diagnostic;
  const place = at ? `${paint(style, 'bold', escapeText(formatSource(at)))} ` : '';
  return [
    `${place}${paint(style, SEVERITY_COLOUR[severity], severity)} ${paint(style, 'dim', escapeText(code))} ${escapeText(messageOf(diagnostic))}`,
    ...(related ?? []).map((source) => `    ${escapeText(alsoText(source))}`),
    ...(hint === undefined ? [] : [hintLine(hint)]),
  ];
}

function countsLine(diagnostics: readonly Diagnostic[], style: Style): string {
  const counts = countSeverities(diagnostics);
  const parts = (['error', 'warning', 'info'] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) =>
      paint(
        style,
        SEVERITY_COLOUR[severity],
        plural(counts[severity], severity, severity === 'info' ? 'info' : undefined),
      ),
    );
  const files = new Set(diagnostics.flatMap(({ at }) => (at ? [at.file] : []))).size;
  return `${parts.join(', ')}${files > 0 ? ` in ${plural(files, 'file')}` : ''}`;
}

/** Findings with one cause: the first stands for all of them. */
export interface FindingGroup {
  readonly first: Diagnostic;
  /** How many others there are. */
  readonly more: number;
  /** Where the others are, if not at the place of the first. */
  readonly elsewhere: readonly string[];
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** So many findings that are alike are listed one by one. */
const MOST_ALIKE = 3;
const MOST_PLACES = 3;

/**
 * Errors first, in the order of the files, as they are mended; the others by rule, so that what is alike stands together.
 * @param each every finding as a group of its own
 */
export function groupFindings(diagnostics: readonly Diagnostic[], each = false): FindingGroup[] {
  const sorted = [...diagnostics].sort(compareFindings);
  if (each) return sorted.map((first) => ({ first, more: 0, elsewhere: [] }));
  return [...groupBy(groupedInOrder(sorted), causeOf).values()].flatMap((alike) => {
    const [group, ...others] = alike;
    if (!group || others.length < MOST_ALIKE) return alike;
    const elsewhere = others.flatMap(({ first }) => (first.at ? [formatSource(first.at)] : []));
    return [{ ...group, more: others.reduce((sum, { more }) => sum + 1 + more, group.more), elsewhere }];
  });
}

/** Each group where its first finding is. Findings of one rule at one place have one cause. */
export function groupedInOrder(diagnostics: readonly Diagnostic[]): FindingGroup[] {
  const groups = new Map<string, { first: Diagnostic; more: number; elsewhere: [] }>();
  for (const diagnostic of diagnostics) {
    const { code, severity, at } = diagnostic;
    // Without a place, nothing says that the cause is the same.
    const key = at ? `${severity} ${code} ${formatSource(at)}` : `${groups.size}`;
    const group = groups.get(key);
    if (group) group.more++;
    else groups.set(key, { first: diagnostic, more: 0, elsewhere: [] });
  }
  return [...groups.values()];
}

/**
 * Sixty queues without a limit are one decision. Alike are findings of one rule about the same field of resources, with
 * the same advice. An error is mended where it is, so each is listed; without a resource, nothing says what is alike.
 */
function causeOf(group: FindingGroup): unknown {
  const { severity, code, address, path = '', hint = '' } = group.first;
  return severity === 'error' || address === undefined ? group : [severity, code, path, hint].join('\0');
}

function compareFindings(a: Diagnostic, b: Diagnostic): number {
  const byRule = a.severity === 'error' || a.code === b.code ? 0 : a.code < b.code ? -1 : 1;
  return RANK[a.severity] - RANK[b.severity] || byRule || compareDiagnostics(a, b);
}

/** Raw text. */
export function moreText({ more, elsewhere }: FindingGroup): string {
  if (elsewhere.length === 0) return `and ${plural(more, 'more finding')} of this rule here`;
  const rest = elsewhere.length > MOST_PLACES ? ', …' : '';
  return `and ${more} more: ${elsewhere.slice(0, MOST_PLACES).join(', ')}${rest}`;
}
