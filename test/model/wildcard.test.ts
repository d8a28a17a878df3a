import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressMatcher } from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';

/** The same glob as a regular expression, which is right, and slow. */
function slowly(glob: string): RegExp {
  const source = glob.replace(/\*\*|\*/g, (part) => (part === '**' ? '.*' : '[^/]*'));
  return new RegExp(`^${source}$`);
}

test('matches what a regular expression would', () => {
  const text = (...alphabet: string[]) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text('a', 'b', '/', '*', '**'), text('a', 'b', '/'), (glob, address) => {
      expect(addressMatcher(glob)(address)).toBe(slowly(glob).test(address));
    }),
    { numRuns: runs(1000) },
  );
});

test.each(['**a', '*a', '**/a*', '*a**'])('%s, repeated, ends in no time', (part) => {
  const start = process.cpuUsage();
  const matches = addressMatcher(`${part.repeat(200)}c`);
  expect(matches(`${'a'.repeat(2000)}b`)).toBe(false);
  expect(matches(`${'/a'.repeat(1000)}b`)).toBe(false);
  expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
});
