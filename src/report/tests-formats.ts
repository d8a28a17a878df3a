import { compareSources, type TestReport, type TestResult } from '../model/index.ts';
import { escapeXml } from '../text/escape.ts';
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

/** JUnit XML: a suite a file, a case a test, those that passed included. */
export function testsJunit({ results }: TestReport): string {
  const sorted = [...results].sort((a, b) => compareSources(a.at, b.at));
  const files = [...new Set(sorted.map(({ at }) => at.file))];
  const attributes = (of: readonly TestResult[]) => {
    const [failed, , skipped] = testCounts(of).map(([count]) => count);
    return `tests="${of.length}" failures="${failed}" errors="0" skipped="${skipped}" time="0"`;
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="brokerform test" ${attributes(results).replace(/ skipped="\d+"/, '')}>`,
    ...files.flatMap((file) => {
      const own = sorted.filter(({ at }) => at.file === file);
      return [
        `  <testsuite name="${escapeXml(file)}" ${attributes(own)}>`,
        ...own.map(caseXml),
        '  </testsuite>',
      ];
    }),
    '</testsuites>',
    '',
  ].join('\n');
}

function caseXml(result: TestResult): string {
  const { name, at, status, failures } = result;
  const open = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(at.file)}" time="0"`;
  if (status === 'passed') return `${open}/>`;
  const text = testLines(result, PLAIN).map(escapeXml).join('\n');
  if (status === 'skipped')
    return `${open}><skipped message="${escapeXml(result.reason ?? '')}"/></testcase>`;
  const message = failures.map(({ key, message }) => `${key}: ${message}`).join('; ');
  return `${open}><failure message="${escapeXml(message)}" type="test">${text}</failure></testcase>`;
}
