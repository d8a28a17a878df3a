/**
 * How often a property is tried: this often, or `BROKERFORM_TEST_RUNS` times as often. Each run has other values; a
 * failure prints the seed that repeats them.
 */
export function runs(count: number): number {
  return Math.ceil(count * Number(process.env.BROKERFORM_TEST_RUNS ?? 1));
}
