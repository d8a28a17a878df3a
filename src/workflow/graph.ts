import { completeSides } from '../diff/index.ts';
import {
  type Address,
  addressMatcher,
  addTo,
  type BrokerIdentity,
  brokerOf,
  countBy,
  type Drawing,
  type Graph,
  type GraphNode,
  kindOf,
  makeAddress,
  type Provider,
  type Resource,
} from '../model/index.ts';
import type { Checked } from './check.ts';
import { readEverything } from './import.ts';
import { type OpenOptions, ofAllBrokers } from './sessions.ts';

/** What is declared, as the assumed brokers would hold it. */
export function topologyGraph({ project, brokers }: Checked): Graph {
  const parts = [...brokers.values()].map(({ provider, desired, assumed }): Part => {
    const context = completeSides({ broker: assumed }, desired, [], provider.kinds);
    return { provider, broker: assumed, resources: [...context.desired.values()] };
  });
  const { environment } = project;
  const suffix = environment === undefined ? '' : ` (${environment})`;
  return composed(`topology of ${project.name}${suffix}`, 'named, and not declared here', parts);
}

/**
 * All that is on live brokers, but what is their own.
 * @param names of the configured brokers to read
 * @throws ConnectionError, BrokerError, AggregateError of several
 */
export async function liveGraph(
  { configured }: Checked,
  names: readonly string[],
  options: OpenOptions & { readonly timeout: number },
): Promise<Graph> {
  const chosen = [...configured.values()].filter(({ name }) => names.includes(name));
  const parts = await ofAllBrokers(
    chosen.map(async (declared): Promise<Part> => {
      const { broker, resources } = await readEverything(declared, options);
      // Brokers list in any order.
      const sorted = resources.toSorted((a, b) => (a.address < b.address ? -1 : 1));
      return { provider: declared.provider, broker, resources: sorted };
    }),
  );
  return composed(`live: ${names.join(', ')}`, 'named, and not there', parts);
}

interface Part {
  readonly provider: Provider;
  readonly broker: BrokerIdentity;
  readonly resources: readonly Resource[];
}

function composed(title: string, external: string, parts: readonly Part[]): Graph {
  const drawings = parts.map(({ provider, resources, broker }) => drawingOf(provider, resources, broker));
  const left = parts.flatMap(({ resources }, i) => leftOut(resources, drawings[i]));
  const counts = countBy(left.sort(), (kind) => kind);
  return {
    title,
    external,
    groups: drawings.flatMap(({ groups }) => groups),
    nodes: drawings.flatMap(({ nodes }) => nodes),
    edges: drawings.flatMap(({ edges }) => edges),
    omitted: Array.from(counts, ([kind, count]) => ({ kind, count })),
  };
}

function leftOut(resources: readonly Resource[], drawing: Drawing | undefined): string[] {
  const covered = drawing ? coveredBy(drawing) : new Set();
  return resources.filter(({ address }) => !covered.has(address)).map(({ address }) => kindOf(address));
}

/** Resources of one broker as their provider draws them, or as a provider that draws nothing leaves it to us. */
export function drawingOf(
  provider: Provider,
  resources: readonly Resource[],
  broker: BrokerIdentity,
): Drawing {
  if (provider.draw) return provider.draw(resources, broker);
  return withPlainNodes({ groups: [], nodes: [], edges: [] }, provider, resources);
}

/** Every resource that has a part in a drawing. */
export function coveredBy({ groups, nodes, edges }: Drawing): Set<Address> {
  return new Set([
    ...groups.flatMap(({ resources }) => resources),
    ...nodes.flatMap(({ id, resources }) => [id, ...resources]),
    ...edges.flatMap(({ resources }) => resources),
  ]);
}

/** The drawing, with a node for each of these resources, and lines to what each needs as far as that is there. */
export function withPlainNodes(
  drawing: Drawing,
  provider: Provider,
  resources: readonly Resource[],
): Drawing {
  if (resources.length === 0) return drawing;
  const broker = brokerOf(resources[0]?.address ?? '');
  const general = makeAddress(broker, 'resources');
  const known = new Set(drawing.groups.map(({ id }) => id));
  // What belongs to a vhost needs it.
  const nodes = resources.map((resource) =>
    plainNode(resource, provider, resource.dependsOn.find((need) => known.has(need)) ?? general),
  );
  const ids = new Set([...drawing.nodes, ...nodes].map(({ id }) => id));
  const edges = resources.flatMap(({ address, dependsOn }) =>
    dependsOn
      .filter((need) => ids.has(need))
      .map((need) => ({ from: address, to: need, role: 'need' as const, label: '', resources: [] })),
  );
  return {
    groups: nodes.some(({ group }) => group === general)
      ? [...drawing.groups, { id: general, title: `${broker} · ${provider.name}`, resources: [] }]
      : drawing.groups,
    nodes: [...drawing.nodes, ...nodes],
    edges: [...drawing.edges, ...edges],
  };
}

function plainNode(resource: Resource, { kinds }: Provider, group: string): GraphNode {
  const { address, at } = resource;
  const word = kindOf(address);
  const { title, detail } = kinds[word]?.title(resource) ?? { title: address, detail: '' };
  // Titles begin with the kind's own word, which may be longer than the one in addresses.
  const kind = title.startsWith(word.replaceAll('-', ' ')) ? word.replaceAll('-', ' ') : word;
  const name = title.startsWith(`${kind} `) ? title.slice(kind.length + 1) : title;
  return {
    id: address,
    kind,
    role: 'other',
    name,
    detail,
    group,
    resources: [],
    facts: [],
    ...(at && { at }),
  };
}

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
