import { append } from '../../model/index.ts';

/** A place in a column: a node, or where a long edge passes through. */
export interface Cell {
  /** Undefined for an edge that passes. */
  readonly node: number | undefined;
  readonly layer: number;
  /** Cells of the column before and the one after that it is joined to. */
  readonly before: number[];
  readonly after: number[];
}

export interface Columns {
  readonly cells: readonly Cell[];
  /** Numbers of cells, from top to bottom. */
  readonly columns: number[][];
  /** For each link the cells that it runs through, from left to right. */
  readonly chains: readonly (readonly number[])[];
}

/**
 * Where all links together would need more cells than this, those over more columns than `FEW_COLUMNS` get none, and
 * run across what is in between.
 */
const MOST_CELLS = 20_000;
const FEW_COLUMNS = 10;

/** Puts nodes in columns, and a cell into each column that a link crosses on its way. Links lead to the right. */
export function makeColumns(layers: readonly number[], links: readonly Link[]): Columns {
  const cells: Cell[] = layers.map((layer, node) => ({ node, layer, before: [], after: [] }));
  const columns: number[][] = Array.from(
    { length: layers.reduce((a, b) => Math.max(a, b), 0) + 1 },
    () => [],
  );
  const lengthOf = ({ from, to }: Link) => (layers[to] ?? 0) - (layers[from] ?? 0);
  const total = links.reduce((sum, link) => sum + lengthOf(link), 0);
  const chains = links.map((link) => {
    const { from, to } = link;
    if (total > MOST_CELLS && lengthOf(link) > FEW_COLUMNS) return [from, to];
    const chain = [from];
    for (let layer = (layers[from] ?? 0) + 1; layer < (layers[to] ?? 0); layer++) {
      chain.push(cells.length);
      cells.push({ node: undefined, layer, before: [], after: [] });
    }
    chain.push(to);
    for (const [i, cell] of chain.entries()) {
      const next = chain[i + 1];
      if (next === undefined) break;
      cells[cell]?.after.push(next);
      cells[next]?.before.push(cell);
    }
    return chain;
  });
  for (const cell of inWalkingOrder(cells)) columns[cells[cell]?.layer ?? 0]?.push(cell);
  return { cells, columns, chains };
}

/** What is joined is met together, which is a good order to start from. */
function inWalkingOrder(cells: readonly Cell[]): number[] {
  const seen = new Uint8Array(cells.length);
  const order: number[] = [];
  const starts = [...cells.keys()].sort(
    (a, b) => (cells[a]?.before.length ?? 0) - (cells[b]?.before.length ?? 0) || a - b,
  );
  for (const start of starts) {
    const open = [start];
    for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
      if (seen[cell]) continue;
      seen[cell] = 1;
      order.push(cell);
      const { before = [], after = [] } = cells[cell] ?? {};
      append(open, before.toReversed(), after.toReversed());
    }
  }
  return order;
}

const SWEEPS = 8;

/** Orders each column by where the neighbours of its cells are, there and back, and keeps the order that crosses least. */
export function orderColumns({ cells, columns }: Columns): void {
  let best = columns.map((column) => [...column]);
  let fewest = crossings(cells, columns);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const forward = sweep % 2 === 0;
    const numbers = [...columns.keys()];
    for (const number of forward ? numbers : numbers.reverse()) {
      const fixed = columns[forward ? number - 1 : number + 1];
      const column = columns[number];
      if (fixed && column) columns[number] = sorted(column, fixed, cells, forward ? 'before' : 'after');
    }
    const found = crossings(cells, columns);
    if (found < fewest) {
      fewest = found;
      best = columns.map((column) => [...column]);
    }
  }
  for (const [i, column] of best.entries()) columns[i] = column;
}

function sorted(
  column: readonly number[],
  fixed: readonly number[],
  cells: readonly Cell[],
  side: 'before' | 'after',
): number[] {
  const positions = new Map(fixed.map((cell, i) => [cell, (i + 0.5) / fixed.length]));
  const middles = new Map(
    column.map((cell, i): [number, number] => {
      const found = (cells[cell]?.[side] ?? []).map((one) => positions.get(one) ?? 0);
      const middle = found.reduce((sum, one) => sum + one, 0) / found.length;
      return [cell, found.length > 0 ? middle : (i + 0.5) / column.length];
    }),
  );
  return column.toSorted((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0));
}

/** How many pairs of edges cross between neighbouring columns, counted with a tree of partial sums. */
export function crossings(cells: readonly Cell[], columns: readonly (readonly number[])[]): number {
  let total = 0;
  for (let number = 1; number < columns.length; number++) {
    const right = columns[number] ?? [];
    const positions = new Map(right.map((cell, i) => [cell, i]));
    const tree = new Int32Array(right.length + 1);
    let inserted = 0;
    for (const cell of columns[number - 1] ?? []) {
      const ends = (cells[cell]?.after ?? []).map((one) => positions.get(one) ?? 0);
      for (const end of ends) total += inserted - sumUpTo(tree, end);
      for (const end of ends) {
        for (let i = end + 1; i < tree.length; i += i & -i) tree[i] = (tree[i] ?? 0) + 1;
        inserted++;
      }
    }
  }
  return total;
}

function sumUpTo(tree: Int32Array, position: number): number {
  let sum = 0;
  for (let i = position + 1; i > 0; i -= i & -i) sum += tree[i] ?? 0;
  return sum;
}

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
