import type { Diff, EnvironmentDiff, Graph } from '../model/index.ts';
import { markdownCode } from '../text/escape.ts';
import { type CommentSection, comment, commentPicture, cutText } from './comment.ts';
import { diagnosticLines } from './diagnostics-text.ts';
import {
  diffCounts,
  diffSections,
  environmentCounts,
  environmentSections,
  guardBlocks,
  hasDifferences,
  newFindingBlocks,
  sidesText,
} from './diff-text.ts';
import { sideNotes } from './plan-blocks.ts';
import { baseSections, changeSections, commentHead, summaryTable } from './plan-markdown.ts';
import { PLAIN, type Style } from './style.ts';

/** A git reference may be as long as a path. */
const LONGEST = 200;

/** The difference for a pull request, also of a fork: it needs no broker and no credentials. */
export function diffMarkdown(diff: Diff, { verbose }: Style, picture?: Graph): string {
  const { project, environment } = diff;
  const style = { ...PLAIN, verbose };
  const sections = diffSections(diff);
  const head = [
    ...commentHead({ command: 'diff', project, environment }),
    `${markdownCode(cutText(sidesText(diff), LONGEST))}, from YAML only; no broker was read.`,
    '',
    ...sideNotes([diff.base, diff.head]).map((note) => `⚠️ ${markdownCode(cutText(note, LONGEST))}\n`),
    summaryTable(diffCounts(diff, sections), hasDifferences(diff)),
  ];
  const changes = changeSections(sections, '', style);
  const others: CommentSection[] = [
    { heading: 'Guards', noun: 'guard', blocks: guardBlocks(diff, style), folded: false },
    ...baseSections({ ...diff, revision: diff.base, planDate: '' }, style),
    { heading: 'New findings', noun: 'new finding', blocks: newFindingBlocks(diff, style), folded: false },
  ];
  const fixed: CommentSection = {
    heading: 'Fixed findings',
    noun: 'fixed finding',
    blocks: diff.findings.fixed.map((finding) => diagnosticLines(finding, PLAIN)),
    folded: true,
  };
  // What is safe is the first to be left out where there is too much.
  const parts = [
    ...changes.filter(({ folded }) => !folded),
    ...others,
    ...changes.filter(({ folded }) => folded),
    fixed,
  ];
  return comment(head.join('\n'), parts, picture && commentPicture(picture));
}

const LONGEST_NAME = 120;

/** Two environments for a pull request; what is promoted stands first, where it was asked for. */
export function environmentsMarkdown(diff: EnvironmentDiff, style: Style): string {
  const { project, from, to, promoted } = diff;
  const sides = `${cutText(from, LONGEST_NAME)} → ${cutText(to, LONGEST_NAME)}`;
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
