import { type Box, type Flow, type Line, layOutFlow, packRows, type Route, type Size } from './flow.ts';

export type { Box, Route };

/** What is to be laid out: boxes by number, the group of each, and lines between them. */
export interface Blueprint {
  readonly boxes: readonly (Size & { readonly group: number })[];
  readonly lines: readonly Line[];
  /** Of each group: the least width that its title needs. */
  readonly groups: readonly number[];
}

export interface Layout extends Size {
  readonly boxes: readonly Box[];
  /** By the number of the line. */
  readonly routes: readonly Route[];
  /** A group without boxes has no size. */
  readonly groups: readonly Box[];
}

const PART_GAP = 34;
export const GROUP_GAP = 40;
const MARGIN = 20;
export const GROUP_HEADER = 34;

/** The same picture for the same input, in time that grows little faster than the input. */
export function layOut({ boxes, lines, groups }: Blueprint): Layout {
  const inside = lines.filter(({ from, to }) => from !== to && boxes[from]?.group === boxes[to]?.group);
  const parts = connectedParts(boxes.length, inside);
  const placed: Box[] = new Array(boxes.length);
  const routes = new Map<Line, Route>();
  const linesOf = groupLines(inside, parts);
  const groupParts: Part[][] = groups.map(() => []);
  for (const [number, nodes] of parts.members.entries()) {
    const group = boxes[nodes[0] ?? 0]?.group ?? 0;
    groupParts[group]?.push(partOf(nodes, linesOf[number] ?? [], boxes));
  }
  const arranged = groupParts.map((own, i) => arrange(own, groups[i] ?? 0));
  const { corners, size } = packRows(arranged, GROUP_GAP);
  const groupBoxes = arranged.map((group, i): Box => {
    const { x, y } = corners[i] ?? { x: 0, y: 0 };
    for (const { part, dx, dy } of group.parts) {
      const move = <P extends { x: number; y: number }>(point: P): P => ({
        ...point,
        x: point.x + x + dx,
        y: point.y + y + dy,
      });
      for (const [k, box] of part.flow.boxes.entries()) placed[part.nodes[k] ?? 0] = move(box);
      for (const [k, route] of part.flow.routes.entries()) {
        const line = part.lines[k];
        if (line) routes.set(line, { points: route.points.map(move), label: move(route.label) });
      }
    }
    return { x, y, width: group.width, height: group.height };
  });
  return {
    ...size,
    boxes: placed,
    groups: groupBoxes,
    routes: lines.map((line) => routes.get(line) ?? directRoute(placed[line.from], placed[line.to])),
  };
}

interface Part {
  readonly nodes: readonly number[];
  readonly lines: readonly Line[];
  readonly flow: Flow;
}

function partOf(nodes: readonly number[], lines: readonly Line[], boxes: readonly Size[]): Part {
  const numbers = new Map(nodes.map((node, i) => [node, i]));
  const sizes = nodes.map((node) => boxes[node] ?? { width: 0, height: 0 });
  const local = lines.map(({ from, to, labelWidth }) => ({
    from: numbers.get(from) ?? 0,
    to: numbers.get(to) ?? 0,
    labelWidth,
  }));
  return { nodes, lines, flow: layOutFlow(sizes, local) };
}

interface Arranged extends Size {
  readonly parts: readonly { readonly part: Part; readonly dx: number; readonly dy: number }[];
}

/** The parts of one group, the largest first; what stands alone comes last, as a grid. */
function arrange(parts: readonly Part[], titleWidth: number): Arranged {
  if (parts.length === 0) return { parts: [], width: 0, height: 0 };
  const alone = parts.filter(isAlone).reduce((widest, { flow }) => Math.max(widest, flow.width), 0);
  const sorted = parts.toSorted((a, b) => b.nodes.length - a.nodes.length);
  const sizes = sorted.map((part) => ({
    width: isAlone(part) ? alone : part.flow.width,
    height: part.flow.height,
  }));
  const { corners, size } = packRows(sizes, PART_GAP);
  return {
    parts: sorted.map((part, i) => ({
      part: isAlone(part) ? widened(part, alone) : part,
      dx: (corners[i]?.x ?? 0) + MARGIN,
      dy: (corners[i]?.y ?? 0) + MARGIN + GROUP_HEADER,
    })),
    width: Math.max(size.width, titleWidth) + 2 * MARGIN,
    height: size.height + 2 * MARGIN + GROUP_HEADER,
  };
}

function isAlone({ nodes }: Part): boolean {
  return nodes.length === 1;
}

function widened(part: Part, width: number): Part {
  return { ...part, flow: { ...part.flow, width, boxes: part.flow.boxes.map((box) => ({ ...box, width })) } };
}

interface Parts {
  readonly of: readonly number[];
  readonly members: readonly (readonly number[])[];
}

/** Which boxes hang together. */
function connectedParts(count: number, lines: readonly Line[]): Parts {
  const parent = Array.from({ length: count }, (_, i) => i);
  const find = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root] ?? root;
    for (let at = node; at !== root; ) {
      const next = parent[at] ?? root;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  for (const { from, to } of lines) {
    const [a, b] = [find(from), find(to)];
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  const numbers = new Map<number, number>();
  const members: number[][] = [];
  const of = parent.map((_, node) => {
    const root = find(node);
    const number = numbers.get(root) ?? members.length;
    numbers.set(root, number);
    if (number === members.length) members.push([]);
    members[number]?.push(node);
    return number;
  });
  return { of, members };
}

function groupLines(lines: readonly Line[], { of, members }: Parts): Line[][] {
  const groups = members.map((): Line[] => []);
  for (const line of lines) groups[of[line.from] ?? 0]?.push(line);
  return groups;
}

/** From one group to another, or from a box to itself: drawn over what is between. */
function directRoute(from: Box | undefined, to: Box | undefined): Route {
  if (!from || !to) return { points: [], label: { x: 0, y: 0, anchor: 'start' } };
  const right = { x: from.x + from.width, y: from.y + from.height / 2 };
  if (from === to) {
    const up = from.y - 12;
    const middle = from.x + from.width / 2;
    const half = Math.min(24, from.width / 3);
    const points = [
      { x: middle + half, y: from.y },
      { x: middle + half, y: up },
      { x: middle - half, y: up },
      { x: middle - half, y: from.y },
    ];
    return { points, label: { x: middle + half + 6, y: up + 4, anchor: 'start' } };
  }
  const left = { x: to.x, y: to.y + to.height / 2 };
  const points = [right, { x: right.x + 14, y: right.y }, { x: left.x - 14, y: left.y }, left];
  return { points, label: { x: left.x - 12, y: left.y - 4, anchor: 'end' } };
}
