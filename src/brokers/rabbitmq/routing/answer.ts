import {
  type Answer,
  isObject,
  type JsonObject,
  kindOf,
  listed,
  oncePer,
  type Resource,
  type Route,
  type RoutedTopology,
  type Router,
} from '../../../model/index.ts';
import { tableOf } from '../kinds/parts.ts';
import { type Delivery, deliver, queuesEverywhere, surelyReachesOneOf } from './delivery.ts';
import { type Observed, queuesOf, verdictsOf } from './expectations.ts';
import { followCopies } from './journey.ts';
import { type Message, publishedMessage, vhostOf } from './message.ts';
import { topologyOf } from './read-topology.ts';
import type { Vhost } from './topology.ts';
import { RouteTree } from './tree.ts';

interface Asked {
  readonly vhost: Vhost;
  readonly message: Message;
  readonly topology: RoutedTopology;
}

/** @throws RouteError */
function asked(test: JsonObject, given: RoutedTopology): Asked {
  const resources = given.live ? typed(given.resources) : given.resources;
  const topology = { ...given, resources };
  const read = topologyOf(topology);
  const publish = tableOf(test.publish);
  const vhost = vhostOf(publish, read);
  return { vhost, message: publishedMessage(publish, vhost, read), topology };
}

/** The management API shows void, which asks for presence alone, as this text. */
const typed = oncePer((resources: readonly Resource[]): readonly Resource[] =>
  resources.map((resource) => {
    const args = resource.spec.arguments;
    if (kindOf(resource.address) !== 'binding' || !isObject(args)) return resource;
    const values = Object.entries(args).map(([name, value]) => [
      name,
      value === 'undefined' ? { $type: 'void' } : value,
    ]);
    return { ...resource, spec: { ...resource.spec, arguments: Object.fromEntries(values) } };
  }),
);

function routeOf({ vhost, message, topology }: Asked): Route {
  const { nodes, cut } = new RouteTree(vhost, topology).build(message);
  const delivery = deliver(vhost, message, topology.live);
  const direct = new Set(delivery.possible);
  const later = nodes.flatMap(({ kind, name }) => (kind === 'queue' && !direct.has(name) ? [name] : []));
  return {
    subject: subjectOf(message, vhost),
    broker: topology.broker,
    nodes,
    result: resultText(delivery, [...new Set(later)].sort(), cut > 0),
    cut,
  };
}

function subjectOf({ exchange, keys }: Message, vhost: Vhost): string {
  const [key = '', ...copies] = keys;
  const to = exchange === '' ? 'the default exchange' : `exchange ${exchange}`;
  const also = copies.length > 0 ? `, CC and BCC ${copies.join(', ')}` : '';
  return `message to ${to}${key === '' ? '' : ` with key ${key}`}${also}, vhost ${vhost.name}`;
}

/** @param isCut not all queues that dead letters go to are known */
function resultText({ sure, possible, doubts }: Delivery, later: readonly string[], isCut: boolean): string {
  const maybe = possible.filter((name) => !sure.includes(name));
  const dropped = 'reaches no queue: it is dropped, or returned to a publisher that sets mandatory';
  const parts = [
    ...(sure.length > 0 ? [`reaches ${listed('queue', sure)}`] : doubts.length > 0 ? [] : [dropped]),
    ...(maybe.length > 0 ? [`may reach ${listed('queue', maybe)}`] : []),
    ...doubts,
    ...(later.length > 0
      ? [`dead letters go to ${listed('queue', later)}${isCut ? ', and may go further' : ''}`]
      : []),
  ];
  return parts.join('; ');
}

/** What the router says of a message, for the expectations of a test. */
function observed(test: JsonObject, { vhost, message, topology: { live } }: Asked): Observed {
  const delivery = deliver(vhost, message, live);
  const once = <T>(work: () => T) => {
    let found: { readonly value: T } | undefined;
    return () => {
      found ??= { value: work() };
      return found.value;
    };
  };
  return {
    reached: delivery.sure,
    possible: new Set(delivery.possible),
    doubts: delivery.doubts,
    everywhere: once(() => queuesEverywhere(vhost, message, live)),
    surelyReachesOneOf: (queues) => surelyReachesOneOf(vhost, message, queues),
    journey: once(() => {
      const rejecting = new Set(queuesOf(test['rejected-by']));
      const returning = new Set(queuesOf(test['returned-by']));
      return followCopies(vhost, message, { rejecting, returning }, live);
    }),
    isKnown: (name) => vhost.queues.has(name) || boundQueues(vhost).has(name),
    names: vhost.queues.keys(),
  };
}

const boundQueues = oncePer(
  ({ bindings }: Vhost): ReadonlySet<string> =>
    new Set(bindings.flatMap(({ toQueue, destination }) => (toQueue ? [destination] : []))),
);

/** Where messages go, as the broker routes them. */
export const router: Router = {
  route: (request, topology) => routeOf(asked(request, topology)),
  judge: (test, topology): Answer => {
    const question = asked(test, topology);
    const verdicts = verdictsOf(test, observed(test, question));
    const isFailed = verdicts.some(({ failure }) => failure !== undefined);
    return { verdicts, ...(isFailed && { route: routeOf(question) }) };
  },
};
