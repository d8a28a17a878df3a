import { type Address, addressMatcher, addTo, type Graph, kindOf } from '../model/index.ts';

/**
 * The part of a graph around some resources: those, and what is at most `depth` edges away, whichever way they point.
 * @param globs of addresses, or of names where there is no `/` in them
 * @returns undefined where a glob, the first such, matches nothing: `missed` names it
 */
export function focusGraph(
  graph: Graph,
  globs: readonly string[],
  depth: number,
): { readonly graph: Graph } | { readonly missed: string } {
  const chosen = new Set<string>();
  for (const glob of globs) {
    const matching = matchingNodes(graph, glob);
    if (matching.length === 0) return { missed: glob };
    for (const id of matching) chosen.add(id);
  }
  const near = neighbourhood(graph, chosen, depth);
  const nodes = graph.nodes.filter(({ id }) => near.has(id));
  const groups = new Set(nodes.map(({ group }) => group));
  return {
    graph: {
      ...graph,
      title: `${graph.title}, around ${globs.join(', ')}`,
      nodes,
      edges: graph.edges.filter(({ from, to }) => near.has(from) && near.has(to)),
      groups: graph.groups.filter(({ id }) => groups.has(id)),
      omitted: [],
    },
  };
}

/** Nodes that match; the ends of a binding that does, and all of a vhost that does. */
function matchingNodes({ nodes, edges, groups }: Graph, glob: string): string[] {
  const matches = addressMatcher(glob);
  if (!glob.includes('/')) return nodes.filter(({ name }) => matches(name)).map(({ id }) => id);
  const inGroups = new Set(
    groups.filter(({ resources, id }) => matches(id) || resources.some(matches)).map(({ id }) => id),
  );
  return [
    ...nodes
      .filter(({ id, resources, group }) => matches(id) || inGroups.has(group) || resources.some(matches))
      .map(({ id }) => id),
    // A glob that leaves the kind open means what has this name, and no binding with it as its key.
    ...edges
      .filter(({ resources }) => resources.some((address) => namesKind(glob, address) && matches(address)))
      .flatMap(({ from, to }) => [from, to]),
  ];
}

function namesKind(glob: string, address: Address): boolean {
  return glob.split('/')[1] === kindOf(address);
}

function neighbourhood({ edges }: Graph, chosen: ReadonlySet<string>, depth: number): Set<string> {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    addTo(neighbours, from, to);
    addTo(neighbours, to, from);
  }
  const found = new Set(chosen);
  let ring = [...found];
  for (let step = 0; step < depth && ring.length > 0; step++) {
    ring = ring.flatMap((id) => neighbours.get(id) ?? []).filter((id) => !found.has(id));
    for (const id of ring) found.add(id);
  }
  return found;
}
