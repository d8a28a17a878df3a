// A call takes about 120,000 arguments before the stack overflows, and files and brokers hold longer lists: none is
// spread into a call.

/** Adds all items of other lists to a list. */
export function append<T>(list: T[], ...more: readonly Iterable<T>[]): void {
  for (const items of more) for (const item of items) list.push(item);
}

/** The largest number; `least` where there is none. */
export function largest(numbers: readonly number[], least = Number.NEGATIVE_INFINITY): number {
  return numbers.reduce((most, one) => Math.max(most, one), least);
}

/** The smallest number; infinity where there is none. */
export function smallest(numbers: readonly number[]): number {
  return numbers.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
}
