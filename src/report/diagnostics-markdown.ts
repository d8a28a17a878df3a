import type { Diagnostic, Severity } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import type { About } from './about.ts';
import { type CommentSection, comment } from './comment.ts';
import { countSeverities, diagnosticLines, groupFindings, moreText } from './diagnostics-text.ts';
import { commentHead, summaryTable } from './plan-markdown.ts';
import { PLAIN } from './style.ts';

const SECTIONS: readonly { readonly severity: Severity; readonly heading: string; readonly noun: string }[] =
  [
    { severity: 'error', heading: 'Errors', noun: 'error' },
    { severity: 'warning', heading: 'Warnings', noun: 'warning' },
    { severity: 'info', heading: 'Advice', noun: 'piece of advice' },
  ];

/** Findings as a comment: errors and warnings whole, advice folded, what does not fit counted. */
export function diagnosticsMarkdown(diagnostics: readonly Diagnostic[], about: About): string {
  const counts = countSeverities(diagnostics);
  const rows = SECTIONS.map(({ severity, heading }) => [counts[severity], heading.toLowerCase()] as const);
  const table = diagnostics.length === 0 ? '**No findings.**\n' : summaryTable(rows, true);
  return comment([...commentHead(about), table].join('\n'), findingSections(diagnostics));
}

/** Findings by their severity, grouped by rule and place. */
export function findingSections(diagnostics: readonly Diagnostic[]): CommentSection[] {
  const groups = groupFindings(diagnostics);
  return SECTIONS.map(({ severity, heading, noun }) => ({
    heading,
    noun,
    blocks: groups
      .filter(({ first }) => first.severity === severity)
      .map((group) => [
        ...diagnosticLines(group.first, PLAIN),
        ...(group.more > 0 ? [`    ${escapeText(moreText(group))}`] : []),
      ]),
    folded: severity === 'info',
  }));
}
