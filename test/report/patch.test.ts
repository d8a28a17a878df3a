import { parsePatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLAIN, renderFailure, renderPatch } from '../../src/report/index.ts';
import { aboutOf, failureWith } from './documents.ts';
import { hostile, planWith } from './hostile.ts';

describe('a plan as a unified diff', () => {
  const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

  test('is lines of a patch and comments, whatever names and values are', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, value) => {
        const resources = [
          { address: 'main/queue/x', live: `a: ${value}\nb: 1\n`, desired: `a: ${value}\nb: ${name}\n` },
          { address: 'main/queue/z', desired: `${name}\n` },
        ];
        const patch = renderPatch(planWith(name), resources, PLAIN);
        expect(patch).not.toMatch(RAW);
        const lines = patch.trimEnd().split('\n');
        for (const line of lines) expect(line).toMatch(/^(?:# |--- |\+\+\+ |@@ |[ +-]|\\ No newline)/);
        // A name ends no file early, and begins none.
        expect(lines.filter((line) => line.startsWith('# '))).toHaveLength(2);
        expect(() => parsePatch(patch.replace(/^# .*\n/gm, ''))).not.toThrow();
      }),
    );
  });

  test('is comments alone where the command failed', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const patch = renderFailure(failureWith(text), 'diff', PLAIN, aboutOf(text));
        expect(patch).toMatch(/^(?:# .*\n)+$/);
        expect(patch).not.toMatch(RAW);
      }),
    );
  });

  test('of too many changes shows both sides whole, in bounded time', () => {
    const text = (sign: string) => Array.from({ length: 5000 }, (_, i) => `${sign}${i}\n`).join('');
    const resources = [{ address: 'main/queue/x', live: text('a'), desired: text('b') }];
    const patch = renderPatch(planWith('n'), resources, PLAIN);
    expect(patch).toContain('\n@@ -1,5000 +1,5000 @@\n-a0\n');
    expect(patch.match(/^[+-]\w/gm)).toHaveLength(10_000);
  });
});
