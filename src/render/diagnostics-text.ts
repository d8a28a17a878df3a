import { compareDiagnostics, type Diagnostic, formatSource, type Severity } from '../model/index.ts';
import { escapeText } from './escape.ts';
import { paint, SEVERITY_COLOUR, type Style } from './style.ts';
import { plural } from './words.ts';

export type SeverityCounts = Readonly<Record<Severity, number>>;

export function countSeverities(diagnostics: readonly Diagnostic[]): SeverityCounts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of diagnostics) counts[severity]++;
  return counts;
}

/** Findings for a terminal, in the order of the files, one block a file. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: Style): string {
  if (diagnostics.length === 0) return `${paint(style, 'green', 'No findings.')}\n`;
  const sorted = [...diagnostics].sort(compareDiagnostics);
  const lines = sorted.flatMap((diagnostic, i) => [
    ...(i > 0 && diagnostic.at?.file !== sorted[i - 1]?.at?.file ? [''] : []),
    ...diagnosticLines(diagnostic, style),
  ]);
  return `${[...lines, '', countsLine(sorted, style)].join('\n')}\n`;
}

export function diagnosticLines(
  { at, severity, code, message, hint, related }: Diagnostic,
  style: Style,
): string[] {
  const place = at ? `${paint(style, 'bold', escapeText(formatSource(at)))} ` : '';
  return [
    `${place}${paint(style, SEVERITY_COLOUR[severity], severity)} ${paint(style, 'dim', escapeText(code))} ${escapeText(message)}`,
    ...(related ?? []).map((source) => `    also: ${escapeText(formatSource(source))}`),
    ...(hint === undefined ? [] : [`    hint: ${escapeText(hint)}`]),
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
