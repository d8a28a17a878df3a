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

/**
 * The shortest path along edges from a node back to itself, without its repetition at the end; undefined if there is
 * none.
 * @param next the targets of the edges of a node
 */
export function cycleThrough<N>(start: N, next: (node: N) => Iterable<N>): N[] | undefined {
  const cameFrom = new Map<N, N>();
  const open = [start];
  for (const node of open) {
    for (const target of next(node)) {
      if (target === start) return pathTo(node, cameFrom);
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      open.push(target);
    }
  }
  return undefined;
}

function pathTo<N>(end: N, cameFrom: ReadonlyMap<N, N>): N[] {
  const path = [end];
  for (let node = cameFrom.get(end); node !== undefined; node = cameFrom.get(node)) path.push(node);
  return path.reverse();
}

/** Items by key, each group in the order of the items. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) addTo(groups, keyOf(item), item);
  return groups;
}

/** How many items have each key, in the order of the items. */
export function countBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) {
    const key = keyOf(item);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Adds an item to the group of a key. @returns the group */
export function addTo<K, T>(groups: Map<K, T[]>, key: K, item: T): T[] {
  const group = groups.get(key);
  if (!group) {
    const made = [item];
    groups.set(key, made);
    return made;
  }
  group.push(item);
  return group;
}

/** Works something out once for each object, for as long as that is in use: an index of the live resources. */
export function oncePer<K extends object, V>(work: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = work(key);
    known.set(key, made);
    return made;
  };
}
