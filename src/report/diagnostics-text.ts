import { type Diagnostic, formatSource, type Severity } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { type FindingGroup, groupFindings, moreText } from './finding-groups.ts';
import { alsoText, messageOf } from './place-text.ts';
import { paint, SEVERITY_COLOUR, type Style } from './style.ts';

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
