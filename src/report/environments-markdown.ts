import type { EnvironmentDiff } from '../model/index.ts';
import { markdownCode } from '../text/escape.ts';
import { type CommentSection, comment, cutText } from './comment.ts';
import { diffMarkdown } from './diff-markdown.ts';
import { environmentCounts, environmentSections } from './environments-text.ts';
import { commentHead, summaryTable } from './plan-markdown.ts';
import { PLAIN, type Style } from './style.ts';

const LONGEST = 120;

/** Two environments for a pull request; what is promoted stands first, where it was asked for. */
export function environmentsMarkdown(diff: EnvironmentDiff, style: Style): string {
  const { project, from, to, promoted } = diff;
  const sides = `${cutText(from, LONGEST)} → ${cutText(to, LONGEST)}`;
  const head = [
    ...commentHead({ command: 'diff', project, environment: sides }),
    `${markdownCode(sides)}, from YAML only; no broker was read.`,
    '',
    summaryTable(environmentCounts(diff), diff.differences.length > 0),
  ];
  const sections = environmentSections(diff, { ...PLAIN, verbose: style.verbose }).map(
    ({ heading, blocks }): CommentSection => ({ heading, noun: 'resource', blocks, folded: false }),
  );
  const text = comment(head.join('\n'), sections);
  return promoted ? `${diffMarkdown(promoted, style)}\n${text}` : text;
}
