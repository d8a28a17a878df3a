import {
  compareSources,
  type Diagnostic,
  formatSource,
  type TestReport,
  type TestResult,
} from '../model/index.ts';
import { escapeText, escapeXml } from '../text/escape.ts';
import { joinParts, plural } from '../text/words.ts';
import { type CommentSection, comment } from './comment.ts';
import { commentHead, summaryTable } from './plan-markdown.ts';
import { routeLines } from './route-text.ts';
import { PLAIN, paint, type Style } from './style.ts';

/** Failed tests whole, with the way that explains each; the others by name where details are wanted. */
export function testsText({ results }: TestReport, style: Style): string {
  const shown = results.filter(({ status }) => status !== 'passed' || style.verbose);
  const blocks = shown.map((result) => [...testLines(result, style), '']);
  return `${[...blocks.flat(), summary(results, style)].join('\n')}\n`;
}

const MARK = {
  passed: { word: 'ok  ', colour: 'green' },
  failed: { word: 'FAIL', colour: 'red' },
  skipped: { word: 'skip', colour: 'yellow' },
} as const;

function testLines({ name, at, status, reason, failures, route }: TestResult, style: Style): string[] {
  const { word, colour } = MARK[status];
  return [
    `${paint(style, colour, word)}  ${escapeText(name)}  ${paint(style, 'dim', escapeText(formatSource(at)))}`,
    ...(reason === undefined ? [] : [`      ${escapeText(reason)}`]),
    ...failures.flatMap(({ key, message, hint }) => [
      `      ${escapeText(key)}: ${escapeText(message)}`,
      ...(hint === undefined ? [] : [`      hint: ${escapeText(hint)}`]),
    ]),
    ...(route ? routeLines(route, style).map((line) => `      ${line}`) : []),
  ];
}

function counts(results: readonly TestResult[]): [count: number, label: string][] {
  const count = (status: TestResult['status']) => results.filter((one) => one.status === status).length;
  return [
    [count('failed'), 'failed'],
    [count('passed'), 'passed'],
    [count('skipped'), 'skipped'],
  ];
}

function summary(results: readonly TestResult[], style: Style): string {
  const parts = joinParts(counts(results), (label, text) =>
    paint(style, label === 'failed' ? 'red' : label === 'passed' ? 'green' : 'yellow', text),
  );
  return `${plural(results.length, 'test')}: ${parts === '' ? 'none' : parts}`;
}

/** Tests as a comment on a pull request: failed ones whole, the others folded. */
export function testsMarkdown({ project, environment, results }: TestReport): string {
  const head = commentHead({ command: 'test', project, environment });
  const table = summaryTable(counts(results), results.length > 0);
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

/** Each expectation that does not hold, at its place. */
export function testFindings({ results }: TestReport): Diagnostic[] {
  return results.flatMap(({ name, failures, at: place, status, reason = '' }): Diagnostic[] => {
    if (status === 'skipped') {
      return [{ code: 'test/skipped', severity: 'info', message: `test ${name}: ${reason}`, at: place }];
    }
    return failures.map(({ key, message, hint, at }) => ({
      code: `test/${key}`,
      severity: 'error',
      message: `test ${name}: ${key}: ${message}`,
      at,
      ...(hint !== undefined && { hint }),
    }));
  });
}

/** JUnit XML: a suite a file, a case a test, those that passed included. */
export function testsJunit({ results }: TestReport): string {
  const sorted = [...results].sort((a, b) => compareSources(a.at, b.at));
  const files = [...new Set(sorted.map(({ at }) => at.file))];
  const attributes = (of: readonly TestResult[]) => {
    const [failed, , skipped] = counts(of).map(([count]) => count);
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
