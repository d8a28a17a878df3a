import { expect, test } from 'vitest';
import { compareFindings } from '../../src/lint/index.ts';
import type { Diagnostic } from '../../src/model/index.ts';

function finding(message: string, line: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'a/b', severity: 'warning', message, at: { file: 'a.yaml', line, col: 1 }, ...more };
}

test('a finding that moved, to another line or file, is the same', () => {
  const moved = finding('m', 9, { at: { file: 'b.yaml', line: 3, col: 7 } });
  expect(compareFindings([finding('m', 1)], [moved])).toEqual({ new: [], fixed: [], remaining: 1 });
});

test('a finding counts as often as it is there', () => {
  const {
    new: news,
    fixed,
    remaining,
  } = compareFindings([finding('m', 1), finding('gone', 2)], [finding('m', 5), finding('m', 6)]);
  expect([news.length, fixed.map(({ message }) => message), remaining]).toEqual([1, ['gone'], 1]);
});

test('another severity, resource or rule is another finding', () => {
  const others = [{ severity: 'error' }, { address: 'main/queue/a' }, { code: 'a/c' }] as const;
  for (const more of others) {
    expect(compareFindings([finding('m', 1)], [finding('m', 1, more)])).toMatchObject({ remaining: 0 });
  }
});
