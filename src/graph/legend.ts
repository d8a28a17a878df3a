import type { EdgeRole, Graph, Mark, NodeRole } from '../model/index.ts';
import { outline } from './shapes.ts';
import { EDGE_WORDS, MARKS, markText, NODE_WORDS } from './words.ts';

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
