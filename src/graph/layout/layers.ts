/** A directed edge between nodes, by their numbers. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

/**
 * Turns links around, as few as a walk finds needed, until none closes a circle.
 * @returns for each link whether it runs against its direction
 */
export function breakCircles(count: number, links: readonly Link[]): boolean[] {
  const outgoing = Array.from({ length: count }, (): number[] => []);
  const hasIncoming = new Array<boolean>(count).fill(false);
  for (const [i, { from, to }] of links.entries()) {
    outgoing[from]?.push(i);
    hasIncoming[to] = true;
  }
  const reversed = links.map(() => false);
  const state = new Uint8Array(count);
  const OPEN = 1;
  const DONE = 2;
  // Sources first: what begins there keeps its direction. No recursion, chains may be long.
  const starts = [...hasIncoming.keys()].sort((a, b) => Number(hasIncoming[a]) - Number(hasIncoming[b]));
  for (const start of starts) {
    if (state[start]) continue;
    state[start] = OPEN;
    const path = [{ node: start, next: 0 }];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const index = outgoing[top.node]?.[top.next++];
      const target = index === undefined ? undefined : links[index]?.to;
      if (index === undefined || target === undefined) {
        state[top.node] = DONE;
        path.pop();
      } else if (state[target] === OPEN) {
        reversed[index] = true;
      } else if (!state[target]) {
        state[target] = OPEN;
        path.push({ node: target, next: 0 });
      }
    }
  }
  return reversed;
}

/**
 * The column of each node, so that every link leads to the right. What nothing leads to stands just before what it
 * leads to. Links must form no circle.
 */
export function assignLayers(count: number, links: readonly Link[]): number[] {
  const outgoing = Array.from({ length: count }, (): number[] => []);
  const waiting = new Array<number>(count).fill(0);
  for (const { from, to } of links) {
    outgoing[from]?.push(to);
    waiting[to] = (waiting[to] ?? 0) + 1;
  }
  const isSource = waiting.map((number) => number === 0);
  const layers = new Array<number>(count).fill(0);
  const ready = [...waiting.keys()].filter((node) => isSource[node]);
  for (const node of ready) {
    for (const target of outgoing[node] ?? []) {
      layers[target] = Math.max(layers[target] ?? 0, (layers[node] ?? 0) + 1);
      waiting[target] = (waiting[target] ?? 0) - 1;
      if (waiting[target] === 0) ready.push(target);
    }
  }
  for (const [node, targets] of outgoing.entries()) {
    if (!isSource[node] || targets.length === 0) continue;
    layers[node] = targets.map((target) => layers[target] ?? 0).reduce((a, b) => Math.min(a, b)) - 1;
  }
  return layers;
}
