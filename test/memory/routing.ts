import {
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
  type Route,
  type RoutedTopology,
  RouteError,
  type RouteNode,
  type Router,
  type Routing,
} from '../../src/model/index.ts';

/** What is put into a box goes on by its links, and stays in boxes without any. */
const router: Router = {
  route: (request, topology) => {
    const { box } = request.publish as { box: string };
    const boxes = new Map(ofKind(topology, 'box').map((one) => [parseAddress(one.address).path[0], one]));
    if (!boxes.has(box)) throw new RouteError(`box ${box} is not declared`, 'declare it');
    const nodes: RouteNode[] = [];
    const work = [box];
    for (const name of work) {
      const next = linksOf(topology, name);
      const notes = next.length === 0 ? ['stays here'] : [];
      const { at, address } = boxes.get(name) ?? {};
      const more = { ...(at && { at }), ...(address !== undefined && { address }) };
      const hops = next.map((to) => ({ role: 'route' as const, label: 'link', to }));
      nodes.push({ id: name, kind: 'box', role: 'store', name, detail: '', notes, next: hops, ...more });
      for (const to of next) if (!work.includes(to)) work.push(to);
    }
    const ends = endsOf(nodes);
    return {
      subject: `a thing in box ${box}`,
      broker: topology.broker,
      nodes,
      result: `ends in ${ends}`,
      cut: 0,
    };
  },
  judge: (test, topology) => {
    const route: Route = router.route(test, topology);
    const [expected, got] = [(test['ends-in'] as string[]).toSorted().join(', '), endsOf(route.nodes)];
    const failure = `expected ${expected}; got ${got}`;
    return { verdicts: [{ key: 'ends-in', ...(expected !== got && { failure }) }], route };
  },
};

function ofKind({ resources }: RoutedTopology, kind: string): Resource[] {
  return resources.filter(({ address }) => kindOf(address) === kind);
}

function linksOf(topology: RoutedTopology, box: string): string[] {
  const paths = ofKind(topology, 'link').map(({ address }) => parseAddress(address).path);
  return paths.flatMap(([from, to = '']) => (from === box ? [to] : []));
}

function endsOf(nodes: readonly RouteNode[]): string {
  return nodes
    .flatMap(({ name, next }) => (next.length === 0 ? [name] : []))
    .sort()
    .join(', ');
}

const testSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['publish', 'ends-in'],
  properties: {
    publish: {
      type: 'object',
      additionalProperties: false,
      required: ['box'],
      properties: { box: { type: 'string' } },
    },
    'ends-in': { type: 'array', items: { type: 'string' } },
  },
};

export const routing: Routing = {
  testSchema,
  subjects: ['publish.box'],
  positions: ['publish.box'],
  options: [],
  load: async () => router,
};
