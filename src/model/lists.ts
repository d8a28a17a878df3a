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

/** What one chunk of a list may have. */
export interface ChunkLimits {
  readonly items: number;
  readonly weight?: number;
}

/** The list in chunks within the limits, in order; an item that is heavier alone is a chunk of its own. */
export function chunksOf<T>(
  items: readonly T[],
  limits: ChunkLimits,
  weigh: (item: T) => number = () => 1,
): T[][] {
  const { weight: heaviest = Number.POSITIVE_INFINITY } = limits;
  const chunks: T[][] = [];
  let weight = 0;
  for (const item of items) {
    const own = weigh(item);
    const last = chunks.at(-1);
    const fits = last !== undefined && last.length < limits.items && weight + own <= heaviest;
    if (fits) last.push(item);
    else chunks.push([item]);
    weight = fits ? weight + own : own;
  }
  return chunks;
}
