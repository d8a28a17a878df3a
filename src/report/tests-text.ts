import type { BrokenTest, Diagnostic, TestReport, TestResult } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { joinParts, plural } from '../text/words.ts';
import { routeLines } from './route-text.ts';
import { paint, placeText, type Style } from './style.ts';

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

export function testLines(
  { name, at, status, reason, failures, route }: Omit<TestResult, 'broker'>,
  style: Style,
): string[] {
  const { word, colour } = MARK[status];
  return [
    `${paint(style, colour, word)}  ${escapeText(name)}${placeText(at, style)}`,
    ...(reason === undefined ? [] : [`      ${escapeText(reason)}`]),
    ...failures.flatMap(({ key, message, hint }) => [
      `      ${escapeText(key)}: ${escapeText(message)}`,
      ...(hint === undefined ? [] : [`      hint: ${escapeText(hint)}`]),
    ]),
    ...(route ? routeLines(route, style).map((line) => `      ${line}`) : []),
  ];
}

export function testCounts(results: readonly TestResult[]): [count: number, label: string][] {
  const count = (status: TestResult['status']) => results.filter((one) => one.status === status).length;
  return [
    [count('failed'), 'failed'],
    [count('passed'), 'passed'],
    [count('skipped'), 'skipped'],
  ];
}

function summary(results: readonly TestResult[], style: Style): string {
  const parts = joinParts(testCounts(results), (label, text) =>
    paint(style, label === 'failed' ? 'red' : label === 'passed' ? 'green' : 'yellow', text),
  );
  return `${plural(results.length, 'test')}: ${parts === '' ? 'none' : parts}`;
}

/** A block a test that a branch breaks. */
export function brokenTestBlocks(broken: readonly BrokenTest[], style: Style): string[][] {
  return broken.map(({ removed, ...test }) => [
    ...testLines({ ...test, status: 'failed' }, style),
    ...(removed ? ['      removed: only the base has this test'] : []),
  ]);
}

/** Each expectation that does not hold, at its place. */
export function testFindings(results: readonly TestResult[]): Diagnostic[] {
  return results.flatMap((result): Diagnostic[] => {
    const { name, at, status, reason = '' } = result;
    if (status !== 'skipped') return failureFindings(result);
    return [{ code: 'test/skipped', severity: 'info', message: `test ${name}: ${reason}`, at }];
  });
}

/** The line of a test that is gone is a line of the base. */
export function brokenTestFindings(broken: readonly BrokenTest[]): Diagnostic[] {
  return broken.flatMap((test) =>
    failureFindings(test).map((finding) => {
      const { at: _, ...rest } = finding;
      return test.removed ? rest : finding;
    }),
  );
}

function failureFindings({ name, failures }: Pick<TestResult, 'name' | 'failures'>): Diagnostic[] {
  return failures.map(({ key, message, hint, at }) => ({
    code: `test/${key}`,
    severity: 'error',
    message: `test ${name}: ${key}: ${message}`,
    at,
    ...(hint !== undefined && { hint }),
  }));
}
