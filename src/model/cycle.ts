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
