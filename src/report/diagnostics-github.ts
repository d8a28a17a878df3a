import type { Diagnostic, Severity } from '../model/index.ts';
import { escapeAnnotation, escapeAnnotationProperty } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import type { About } from './about.ts';
import { type FindingGroup, groupedInOrder, moreText } from './diagnostics-text.ts';
import { alsoText, messageOf } from './style.ts';

/** GitHub shows so many annotations of each level a step, and silently drops the rest. */
const SHOWN = 10;

const LEVELS: readonly (readonly [Severity, command: string])[] = [
  ['error', 'error'],
  ['warning', 'warning'],
  ['info', 'notice'],
];

/**
 * GitHub Actions annotations, errors first and else in the given order; what would be dropped is counted.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function diagnosticsGithub(diagnostics: readonly Diagnostic[], about: About): string {
  const lines = LEVELS.flatMap(([severity, command]) => {
    const found = groupedInOrder(diagnostics.filter((diagnostic) => diagnostic.severity === severity));
    const rest = found.length - SHOWN;
    return [
      ...found.slice(0, SHOWN).map((diagnostic) => annotation(command, diagnostic)),
      ...(rest > 0
        ? [
            `${plural(rest, `more ${command}`)} without an annotation; run "brokerform ${about.command}" to see all.`,
          ]
        : []),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function annotation(command: string, group: FindingGroup): string {
  const { at, code, hint, related } = group.first;
  const properties = [
    ...(at ? [`file=${escapeAnnotationProperty(at.file)}`, `line=${at.line}`, `col=${at.col}`] : []),
    `title=${escapeAnnotationProperty(code)}`,
  ];
  // A newline inside a message is hostile; only those between the lines here are meant.
  const lines = [
    messageOf(group.first),
    ...(group.more > 0 ? [moreText(group)] : []),
    ...(related ?? []).map(alsoText),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ].map((line) => line.replaceAll('\n', '\\n'));
  return `::${command} ${properties.join(',')}::${escapeAnnotation(lines.join('\n'))}`;
}
