import type { EdgeRole, Graph, Mark } from '../model/index.ts';
import { EDGE_SHORT } from './words.ts';

/** Edges that join the same two nodes in the same way: one line, with all their labels. */
export interface Bundle {
  /** Numbers of nodes. */
  readonly from: number;
  readonly to: number;
  readonly role: EdgeRole;
  readonly mark: Mark | undefined;
  readonly blocked: boolean;
  /** Those of the edges, each once; none where no edge has one. */
  readonly labels: ReadonlySet<string>;
  /** How many edges it stands for. */
  count: number;
}

/** A queue that is bound with a hundred keys is one line, not a hundred. */
export function bundleEdges({ nodes, edges }: Graph): Bundle[] {
  const numbers = new Map(nodes.map(({ id }, i) => [id, i]));
  const bundles = new Map<string, Bundle & { labels: Set<string> }>();
  for (const edge of edges) {
    const from = numbers.get(edge.from);
    const to = numbers.get(edge.to);
    if (from === undefined || to === undefined)
      throw new Error(`an end of ${edge.from} → ${edge.to} is no node`);
    const key = `${from} ${to} ${edge.role} ${edge.mark ?? ''} ${edge.blocked ?? false}`;
    const known = bundles.get(key);
    const bundle = known ?? {
      from,
      to,
      role: edge.role,
      mark: edge.mark,
      blocked: edge.blocked === true,
      labels: new Set<string>(),
      count: 0,
    };
    if (!known) bundles.set(key, bundle);
    bundle.count++;
    if (edge.label !== '') bundle.labels.add(edge.label);
  }
  return [...bundles.values()];
}

/** The first labels, and how many more there are. */
export function firstLabels(labels: ReadonlySet<string>, most: number): string {
  const shown = [...labels].slice(0, most);
  const more = labels.size - shown.length;
  return shown.join(', ') + (more > 0 ? ` +${more} more` : '');
}

/** What stands at the line: a word where its style alone might not be known, and its first labels. */
export function bundleText({ role, labels }: Bundle, most: number): string {
  return [EDGE_SHORT[role] ?? '', firstLabels(labels, most)].filter((text) => text !== '').join(' ');
}
