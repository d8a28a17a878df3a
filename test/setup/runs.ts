import fc from 'fast-check';

/**
 * How often a property is tried: this often, or `BROKERFORM_TEST_RUNS` times as often. Each run has other values; a
 * failure prints the seed that repeats them.
 */
export function runs(count: number): number {
  return Math.ceil(count * Number(process.env.BROKERFORM_TEST_RUNS ?? 1));
}

/** All of these; a quick round tries as large a part of them as of its properties, another one each time. */
export function someOf<T>(items: readonly T[]): readonly T[] {
  const count = runs(items.length);
  if (count >= items.length) return items;
  const [chosen = []] = fc.sample(fc.shuffledSubarray([...items], { minLength: count, maxLength: count }), 1);
  return chosen;
}
