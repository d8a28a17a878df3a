/** Items by key, each group in the order of the items. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) addTo(groups, keyOf(item), item);
  return groups;
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
