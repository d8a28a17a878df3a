import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyBaseline, baselineOf } from '../../src/lint/index.ts';
import type { Diagnostic } from '../../src/model/index.ts';

const at = { file: 'a.yaml', line: 1, col: 1 };
const findings = fc.array(
  fc.record({
    code: fc.constantFrom('a/x', 'a/y'),
    severity: fc.constantFrom('warning' as const, 'info' as const),
    message: fc.string(),
    address: fc.constantFrom('main/queue/a', 'main/queue/b'),
    path: fc.constantFrom('arguments', 'type'),
    at: fc.record({ file: fc.constant('a.yaml'), line: fc.nat(9), col: fc.nat(9) }),
  }),
  { maxLength: 12 },
);

describe('a baseline', () => {
  test('accepts what it was written for, wherever it moved and however it is worded, and is not stale then', () => {
    fc.assert(
      fc.property(findings, fc.nat(1000), (found, moved) => {
        const entries = baselineOf(found);
        const later = found.map((one) => ({
          ...one,
          message: 'other',
          at: { ...one.at, line: one.at.line + moved },
        }));
        expect(applyBaseline(later, { entries, at })).toEqual({
          found: [],
          accepted: found.length,
          stale: [],
        });
      }),
    );
  });

  test('lets through exactly what is new, and calls stale what is gone', () => {
    fc.assert(
      fc.property(findings, findings, (before, after) => {
        const { found, accepted, stale } = applyBaseline(after, { entries: baselineOf(before), at });
        const count = (all: readonly Diagnostic[], key: string) =>
          all.filter(({ code, address, path }) => `${code} ${address} ${path}` === key).length;
        for (const key of new Set(
          [...before, ...after].map((one) => `${one.code} ${one.address} ${one.path}`),
        )) {
          const [was, is] = [count(before, key), count(after, key)];
          expect(count(found, key)).toBe(Math.max(0, is - was));
          expect(stale.some((one) => `${one.code} ${one.address} ${one.path}` === key)).toBe(was > is);
        }
        expect(accepted + found.length).toBe(after.length);
      }),
    );
  });
});
