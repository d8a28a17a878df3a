import {
  type Address,
  type BrokerIdentity,
  brokerOf,
  type Drawing,
  type GraphNode,
  kindOf,
  makeAddress,
  type Provider,
  type Resource,
} from '../model/index.ts';

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
