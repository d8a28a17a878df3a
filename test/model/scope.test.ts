import { expect, test } from 'vitest';
import { type Selection, selectorOf } from '../../src/model/index.ts';

test('names are looked up by kind, and only globs are tried on every address', () => {
  let tried = 0;
  const selection = (kind: string, matches: (first: string) => boolean, first?: string): Selection => ({
    kind,
    matches(segment) {
      tried++;
      return matches(segment);
    },
    ...(first !== undefined && { first }),
  });
  const count = 1_000;
  const isSelected = selectorOf([
    ...Array.from({ length: count }, (_, i) => selection('stream', (name) => name === `S${i}`, `S${i}`)),
    selection('key-value', (name) => name === 'S1', 'S1'),
    selection('consumer', (name) => name.startsWith('T')),
  ]);
  for (let i = 0; i < count; i++) expect(isSelected('stream', `S${i}`)).toBe(true);
  expect(isSelected('stream', 'T1')).toBe(false);
  expect(isSelected('key-value', 'S1')).toBe(true);
  expect(isSelected('key-value', 'S2')).toBe(false);
  expect(isSelected('consumer', 'S1')).toBe(false);
  expect(isSelected('consumer', 'T1')).toBe(true);
  expect(tried).toBe(2);
});
