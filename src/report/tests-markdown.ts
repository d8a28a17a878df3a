import type { TestReport, TestResult } from '../model/index.ts';
import { type CommentSection, comment } from './comment.ts';
import { commentHead, summaryTable } from './plan-markdown.ts';
import { PLAIN } from './style.ts';
import { testCounts, testLines } from './tests-text.ts';

/** Tests as a comment on a pull request: failed ones whole, the others folded. */
export function testsMarkdown({ project, environment, results }: TestReport): string {
  const head = commentHead({ command: 'test', project, environment });
  const table = summaryTable(testCounts(results), results.length > 0);
  return comment([...head, table].join('\n'), testSections(results));
}

function testSections(results: readonly TestResult[]): CommentSection[] {
  const blocks = (status: TestResult['status']) =>
    results.filter((one) => one.status === status).map((one) => testLines(one, PLAIN));
  return [
    { heading: '🛑 Failed', noun: 'failed test', blocks: blocks('failed'), folded: false },
    { heading: 'Skipped', noun: 'skipped test', blocks: blocks('skipped'), folded: true },
    { heading: 'Passed', noun: 'passed test', blocks: blocks('passed'), folded: true },
  ];
}
