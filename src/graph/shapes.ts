import type { EdgeRole, Graph, Mark, NodeRole } from '../model/index.ts';
import { EDGE_WORDS, MARKS, markText, NODE_WORDS } from './words.ts';

/** Higher than a node with few lines. */
const HIGH = 50;

/** The outline of a node, by what it does; shapes differ, so that colours are not needed. */
export function outline(role: NodeRole, width: number, height: number): string {
  const [w, h] = [round(width), round(height)];
  const cut = 9;
  // Lines end at the sides, so those of a high box must not lean away from them.
  const slope = h > HIGH ? 10 : h / 2;
  switch (role) {
    case 'router':
      return (
        `M${cut} 0H${w - cut}L${w} ${slope}V${h - slope}L${w - cut} ${h}` + `H${cut}L0 ${h - slope}V${slope}Z`
      );
    case 'store':
      // A second line at the left: a place with something in it.
      return `${rectangle(w, h, 3)}M6 0V${h}`;
    case 'client':
      return rectangle(w, h, Math.min(h / 2, 20));
    case 'subject':
      return `M0 0H${w - cut}L${w} ${slope}V${h - slope}L${w - cut} ${h}H0Z`;
    case 'link':
      return `${rectangle(w, h, 3)}M0 5H${w}M0 ${h - 5}H${w}`;
    default:
      return rectangle(w, h, 3);
  }
}

function rectangle(w: number, h: number, r: number): string {
  return (
    `M${r} 0H${w - r}Q${w} 0 ${w} ${r}V${h - r}Q${w} ${h} ${w - r} ${h}` +
    `H${r}Q0 ${h} 0 ${h - r}V${r}Q0 0 ${r} 0Z`
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ARROW_CLASSES: readonly (EdgeRole | Mark)[] = [
  ...(['route', 'produce', 'consume', 'dead-letter', 'alternate', 'copy', 'access', 'deny', 'need'] as const),
  ...(['added', 'changed', 'replaced', 'removed'] as const),
];

/** Heads of arrows, one for each colour of line: not every browser lets a head take the colour of its line. */
export function arrowHeads(): string {
  const heads = ARROW_CLASSES.map(
    (name) =>
      `<marker id="arrow-${name}" class="head ${name}" viewBox="0 0 8 8" refX="7.5" refY="4" ` +
      `markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">` +
      `<path d="${name === 'deny' ? 'M1 1L7 7M7 1L1 7' : 'M0 0.5L8 4L0 7.5Z'}"/></marker>`,
  );
  return `<defs>${heads.join('')}</defs>\n`;
}

/** What one sign means: a sample, as the inside of an SVG element of 44 × 22, and words. Raw text. */
export interface LegendEntry {
  readonly sample: string;
  readonly text: string;
}

const ROLES: readonly NodeRole[] = ['router', 'store', 'client', 'subject', 'link', 'other'];
const EDGE_ROLES = Object.keys(EDGE_WORDS) as EdgeRole[];

/** The signs that this picture uses, and no others. */
export function legendOf({ nodes, edges, external, groups }: Graph): LegendEntry[] {
  const kinds = new Map<NodeRole, Set<string>>();
  for (const { role, kind } of nodes) kinds.set(role, (kinds.get(role) ?? new Set()).add(kind));
  const lines = new Set(edges.map(({ role }) => role));
  const marks = new Set([...nodes, ...edges, ...groups].map(({ mark }) => mark));
  return [
    ...ROLES.flatMap((role): LegendEntry[] => {
      const words = kinds.get(role);
      if (!words) return [];
      return [{ sample: nodeSample(role), text: `${[...words].sort().join(', ')}: ${NODE_WORDS[role]}` }];
    }),
    ...(nodes.some((node) => node.external)
      ? [{ sample: nodeSample('store', 'external'), text: `dotted: ${external}` }]
      : []),
    ...EDGE_ROLES.filter((role) => lines.has(role)).map((role) => ({
      sample: edgeSample(role),
      text: EDGE_WORDS[role],
    })),
    ...MARKS.filter((mark) => marks.has(mark)).map((mark) => ({
      sample: nodeSample('store', mark),
      text: markText(mark),
    })),
    ...([...nodes, ...edges].some(({ blocked }) => blocked)
      ? [{ sample: nodeSample('store', 'blocked'), text: 'blocked' }]
      : []),
  ];
}

function nodeSample(role: NodeRole, state: Mark | 'external' | 'blocked' | '' = ''): string {
  return `<g class="node ${role} ${state}" transform="translate(3 3)"><path d="${outline(role, 38, 16)}"/></g>`;
}

function edgeSample(role: EdgeRole): string {
  return `<g class="edge ${role}"><path d="M2 11L42 11" marker-end="url(#arrow-${role})"/></g>`;
}
