import { addTo } from '../../model/index.ts';
import { placeRows } from './coordinates.ts';
import {
  assignLayers,
  breakCircles,
  type Columns,
  type Link,
  makeColumns,
  orderColumns,
} from './ordering.ts';

/** A link with room for its label, zero where it has none. */
export interface Line extends Link {
  readonly labelWidth: number;
}

export interface Box extends Corner, Size {}

export interface Route {
  /** From the one box to the other; straight and curved stretches take turns, and the first and last are straight. */
  readonly points: readonly Corner[];
  /** Where the label's baseline starts or ends. */
  readonly label: Corner & { readonly anchor: 'start' | 'end' };
}

export interface Flow extends Size {
  readonly boxes: readonly Box[];
  readonly routes: readonly Route[];
}

const PORT = 17;
/** More lines than this on one side do not make a box higher: they share what room there is. */
const MOST_PORTS = 12;
const CURVE = 56;
const LABEL_MARGIN = 14;

/** Lays joined boxes out in columns, from left to right as the lines lead. No line may lead from a box to itself. */
export function layOutFlow(sizes: readonly Size[], lines: readonly Line[]): Flow {
  const reversed = breakCircles(sizes.length, lines);
  const links = lines.map(({ from, to }, i) => (reversed[i] ? { from: to, to: from } : { from, to }));
  const layers = assignLayers(sizes.length, links);
  const columns = makeColumns(layers, links);
  orderColumns(columns);
  const right = countEnds(links, 'from');
  const left = countEnds(links, 'to');
  const heights = sizes.map(({ height }, node) => {
    const ports = Math.max(right.get(node) ?? 0, left.get(node) ?? 0);
    return Math.max(height, Math.min(ports, MOST_PORTS) * PORT + 10);
  });
  const rows = placeRows(columns, (node) => heights[node] ?? 0);
  // A label stands at the end that fewer lines share.
  const atEnd = links.map(({ from, to }) => (left.get(to) ?? 0) <= (right.get(from) ?? 0));
  const spans = columnSpans({ columns, sizes, layers, links, lines, atEnd });
  const top = extreme(rows, (row, cell) => row - (heights[cell] ?? 0) / 2, Math.min);
  const boxes = sizes.map((_, node): Box => {
    const span = spans[layers[node] ?? 0] ?? { x: 0, width: 0 };
    const height = heights[node] ?? 0;
    return { ...span, y: (rows[node] ?? 0) - height / 2 - top, height };
  });
  const middles = rows.map((row) => row - top);
  const ports = placePorts(columns, links, boxes, middles);
  const cellLayers = columns.cells.map(({ layer }) => layer);
  const routes = links.map((link, i) =>
    routeOf({
      ...{ chain: columns.chains[i] ?? [], layers: cellLayers, spans, middles },
      ...{ start: boxes[link.from], end: boxes[link.to], ports: ports[i] ?? [0, 0] },
      ...{ labelWidth: lines[i]?.labelWidth ?? 0, atEnd: atEnd[i] === true, reversed: reversed[i] === true },
    }),
  );
  const last = spans.at(-1);
  const height = extreme(middles, (row, cell) => row + (heights[cell] ?? 0) / 2, Math.max);
  return { boxes, routes, width: (last?.x ?? 0) + (last?.width ?? 0), height };
}

/** Not by spreading into Math.max: there may be more values than a call takes arguments. */
function extreme(
  rows: readonly number[],
  edgeOf: (row: number, cell: number) => number,
  pick: (a: number, b: number) => number,
): number {
  return rows.map(edgeOf).reduce((a, b) => pick(a, b));
}

function countEnds(links: readonly Link[], end: 'from' | 'to'): Map<number, number> {
  const counts = new Map<number, number>();
  for (const link of links) counts.set(link[end], (counts.get(link[end]) ?? 0) + 1);
  return counts;
}

interface Span {
  readonly x: number;
  readonly width: number;
}

interface SpanInput {
  readonly columns: Columns;
  readonly sizes: readonly Size[];
  readonly layers: readonly number[];
  readonly links: readonly Link[];
  readonly lines: readonly Line[];
  readonly atEnd: readonly boolean[];
}

/** Where each column is: as wide as its widest box, with room before and after it for labels. */
function columnSpans({ columns, sizes, layers, links, lines, atEnd }: SpanInput): Span[] {
  const count = columns.columns.length;
  const labelsAfter = new Array<number>(count).fill(LABEL_MARGIN);
  const labelsBefore = new Array<number>(count).fill(LABEL_MARGIN);
  for (const [i, { from, to }] of links.entries()) {
    const width = (lines[i]?.labelWidth ?? 0) + LABEL_MARGIN;
    const [side, layer] = atEnd[i] ? [labelsBefore, layers[to] ?? 0] : [labelsAfter, layers[from] ?? 0];
    side[layer] = Math.max(side[layer] ?? 0, width);
  }
  const widths = new Array<number>(count).fill(0);
  for (const [node, { width }] of sizes.entries()) {
    const layer = layers[node] ?? 0;
    widths[layer] = Math.max(widths[layer] ?? 0, width);
  }
  let x = 0;
  return widths.map((width, i) => {
    if (i > 0) x += (labelsAfter[i - 1] ?? 0) + curveWidth(columns, i) + (labelsBefore[i] ?? 0);
    const span = { x, width };
    x += width;
    return span;
  });
}

/** Fans of many lines need more width to be told apart. */
function curveWidth({ columns }: Columns, number: number): number {
  const most = Math.max(columns[number - 1]?.length ?? 0, columns[number]?.length ?? 0);
  return CURVE + Math.min(120, most * 2);
}

/** For each link how far down it leaves one box and enters the other: in the order of where it comes from. */
function placePorts(
  { chains }: Columns,
  links: readonly Link[],
  boxes: readonly Box[],
  middles: readonly number[],
): [number, number][] {
  const ports = links.map((): [number, number] => [0, 0]);
  for (const side of [0, 1] as const) {
    const atBox = new Map<number, number[]>();
    for (const [i, link] of links.entries()) {
      const node = side === 0 ? link.from : link.to;
      addTo(atBox, node, i);
    }
    const next = (i: number) => middles[(side === 0 ? chains[i]?.[1] : chains[i]?.at(-2)) ?? 0] ?? 0;
    for (const [node, own] of atBox) {
      const { y = 0, height = 0 } = boxes[node] ?? {};
      const step = Math.min(PORT, (height - 10) / own.length);
      own.sort((a, b) => next(a) - next(b) || a - b);
      for (const [position, i] of own.entries()) {
        const port = ports[i];
        if (port) port[side] = y + height / 2 + (position - (own.length - 1) / 2) * step;
      }
    }
  }
  return ports;
}

interface RouteInput {
  readonly chain: readonly number[];
  readonly layers: readonly number[];
  readonly spans: readonly Span[];
  readonly middles: readonly number[];
  readonly start: Box | undefined;
  readonly end: Box | undefined;
  readonly ports: readonly [number, number];
  readonly labelWidth: number;
  readonly atEnd: boolean;
  readonly reversed: boolean;
}

function routeOf(input: RouteInput): Route {
  const { chain, layers, spans, middles, start, end, ports, labelWidth, atEnd, reversed } = input;
  const straight = labelWidth > 0 ? labelWidth + LABEL_MARGIN : LABEL_MARGIN;
  const from = { x: (start?.x ?? 0) + (start?.width ?? 0), y: ports[0] };
  const to = { x: end?.x ?? 0, y: ports[1] };
  const points: Corner[] = [from, { x: from.x + (atEnd ? LABEL_MARGIN : straight), y: from.y }];
  for (const cell of chain.slice(1, -1)) {
    const { x = 0, width = 0 } = spans[layers[cell] ?? 0] ?? {};
    const y = middles[cell] ?? 0;
    points.push({ x, y }, { x: x + width, y });
  }
  points.push({ x: to.x - (atEnd ? straight : LABEL_MARGIN), y: to.y }, to);
  // Room for the arrow's head, which is at the end that the line leads to.
  const head = atEnd === reversed ? 4 : 11;
  const label = atEnd
    ? { x: to.x - head, y: to.y - 4, anchor: 'end' as const }
    : { x: from.x + head, y: from.y - 4, anchor: 'start' as const };
  return { points: reversed ? points.reverse() : points, label };
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Corner {
  readonly x: number;
  readonly y: number;
}

/**
 * Puts boxes in rows, in their order, so that all together are about as wide as a screen is to its height.
 * @returns the upper left corner of each, and the size of all
 */
export function packRows(
  boxes: readonly Size[],
  gap: number,
  aspect = 1.6,
): { readonly corners: Corner[]; readonly size: Size } {
  const area = boxes.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const limit = boxes.reduce((widest, { width }) => Math.max(widest, width), Math.sqrt(area * aspect));
  const corners: Corner[] = [];
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  let right = 0;
  for (const { width, height } of boxes) {
    if (x > 0 && x + width > limit) {
      x = 0;
      y += rowHeight + gap;
      rowHeight = 0;
    }
    corners.push({ x, y });
    right = Math.max(right, x + width);
    rowHeight = Math.max(rowHeight, height);
    x += width + gap;
  }
  return { corners, size: { width: right, height: y + rowHeight } };
}
