import type { Cell, Columns } from './ordering.ts';

/** The room that a passing edge takes in a column, and the room between two cells. */
const PASSING = 12;
const GAP = 20;
const SWEEPS = 8;

/**
 * How far down the middle of each cell is: as near to its neighbours as the order of its column and the heights allow.
 * @param heightOf of a node
 */
export function placeRows({ cells, columns }: Columns, heightOf: (node: number) => number): number[] {
  const heights = cells.map(({ node }) => (node === undefined ? PASSING : heightOf(node)));
  const middles = new Array<number>(cells.length).fill(0);
  for (const column of columns) {
    let top = 0;
    for (const cell of column) {
      middles[cell] = top + (heights[cell] ?? 0) / 2;
      top += (heights[cell] ?? 0) + GAP;
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isLast = sweep >= SWEEPS - 2;
    const order = sweep % 2 === 0 ? columns : columns.toReversed();
    const side = sweep % 2 === 0 ? 'before' : 'after';
    for (const column of order) {
      const wanted = column.map((cell) => {
        const { before = [], after = [] } = cells[cell] ?? {};
        const near = isLast ? [...before, ...after] : side === 'before' ? before : after;
        return near.length === 0 ? (middles[cell] ?? 0) : mean(near, middles);
      });
      const weights = column.map((cell) => weightOf(cells[cell]));
      const apart = column.map((cell, i) => {
        const above = column[i - 1];
        return above === undefined ? 0 : ((heights[above] ?? 0) + (heights[cell] ?? 0)) / 2 + GAP;
      });
      for (const [i, middle] of spread(wanted, weights, apart).entries()) {
        middles[column[i] ?? 0] = middle;
      }
    }
  }
  return middles;
}

/** Passing edges would rather be straight than nodes be in the middle. */
function weightOf(cell: Cell | undefined): number {
  return cell?.node === undefined ? 3 : 1;
}

function mean(cells: readonly number[], middles: readonly number[]): number {
  return cells.reduce((sum, cell) => sum + (middles[cell] ?? 0), 0) / cells.length;
}

/**
 * The places nearest to those wanted, by the sum of squares, that keep the order and the distances: isotonic
 * regression, by pooling neighbours that violate the order.
 * @param apart the least distance of each from the one before
 */
export function spread(
  wanted: readonly number[],
  weights: readonly number[],
  apart: readonly number[],
): number[] {
  const offsets: number[] = [];
  const pools: { value: number; weight: number; count: number }[] = [];
  let offset = 0;
  for (const [i, place] of wanted.entries()) {
    offset += apart[i] ?? 0;
    offsets.push(offset);
    let pool = { value: place - offset, weight: weights[i] ?? 1, count: 1 };
    for (let last = pools.at(-1); last && last.value > pool.value; last = pools.at(-1)) {
      pools.pop();
      const weight = last.weight + pool.weight;
      const value = (last.value * last.weight + pool.value * pool.weight) / weight;
      pool = { value, weight, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  const values = pools.flatMap(({ value, count }) => new Array<number>(count).fill(value));
  return values.map((value, i) => value + (offsets[i] ?? 0));
}
