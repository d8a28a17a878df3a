import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf } from '../../src/model/index.ts';

test('chunks hold all items in order, and none more than it may unless one item alone does', () => {
  const limits = fc.record({
    items: fc.integer({ min: 1, max: 6 }),
    weight: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(fc.nat(25)), limits, (weights, { items, weight }) => {
      const chunks = chunksOf(weights, { items, weight }, (own) => own);
      expect(chunks.flat()).toEqual(weights);
      for (const chunk of chunks) {
        expect(chunk.length).toBeLessThanOrEqual(items);
        const sum = chunk.reduce((total, own) => total + own, 0);
        if (chunk.length > 1) expect(sum).toBeLessThanOrEqual(weight);
      }
      // Two chunks that fit into one would be a request too many.
      for (const [i, chunk] of chunks.slice(1).entries()) {
        const before = chunks[i] ?? [];
        const first = chunk[0] ?? 0;
        expect(before.length === items || before.reduce((a, b) => a + b, first) > weight).toBe(true);
      }
    }),
  );
});
