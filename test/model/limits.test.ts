import { expect, test } from 'vitest';
import { checkDepth, MAX_DEPTH, OversizedAnswer } from '../../src/model/index.ts';

test('data may be as wide as it likes, and nested to a limit', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  checkDepth(nested(MAX_DEPTH));
  checkDepth(`[${'[{}],'.repeat(5_000)}${nested(MAX_DEPTH - 1)}]`);
  checkDepth(`["${'['.repeat(5_000)}"]`);
  expect(() => checkDepth(nested(MAX_DEPTH + 1))).toThrow(OversizedAnswer);
  expect(() => checkDepth(`[${'[{}],'.repeat(5_000)}${nested(MAX_DEPTH)}]`)).toThrow(OversizedAnswer);
  expect(() => checkDepth('{"a":['.repeat(MAX_DEPTH / 2 + 1))).toThrow(OversizedAnswer);
});
