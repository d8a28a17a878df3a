import { groupBy, isObject, type JsonObject, kindOf, type Resource } from '../../../model/index.ts';
import { type BindingIdentity, identityOf } from '../kinds/binding/identity.ts';
import { pathOf } from '../kinds/parts.ts';
import { NamePatterns } from '../kinds/policy/pattern.ts';
import { TopicTrie } from './matching.ts';
import {
  type Binding,
  type Exchange,
  effectivePolicy,
  fromArgument,
  fromPolicy,
  matchingPolicies,
  type Policy,
  type Queue,
  readPolicy,
  type Setting,
  settingsOf,
  type Topology,
  type Vhost,
} from './topology.ts';

export type * from './topology.ts';

/** What a list of resources was read into; every rule asks for the same one. */
const READ = new WeakMap<readonly Resource[], Topology>();

interface Declared {
  readonly resources: readonly Resource[];
  readonly broker: { readonly version: string };
}

export function vhostsOf(context: Declared): Iterable<Vhost> {
  return topologyOf(context).vhosts.values();
}

/** The queues of all vhosts. */
export function* queuesOf(context: Declared): Iterable<Queue> {
  for (const vhost of vhostsOf(context)) yield* vhost.queues.values();
}

/** The exchanges of all vhosts. */
export function* exchangesOf(context: Declared): Iterable<Exchange> {
  for (const vhost of vhostsOf(context)) yield* vhost.exchanges.values();
}

/** The graph of a completed topology. Read once a list of resources. */
export function topologyOf(context: Declared): Topology {
  const known = READ.get(context.resources);
  if (known) return known;
  const topology = readTopology(context.resources, context.broker.version);
  READ.set(context.resources, topology);
  return topology;
}

export function readTopology(resources: readonly Resource[], version: string): Topology {
  const parts = new Map<string, Parts>();
  const patterns = new NamePatterns();
  for (const resource of resources) {
    const kind = kindOf(resource.address);
    if (!KINDS.has(kind)) continue;
    // Bindings are many, and have a quicker way to their names.
    const binding = kind === 'binding' ? identityOf(resource) : undefined;
    const [vhost = '', name = ''] = binding ? [binding.vhost] : pathOf(resource);
    let part = parts.get(vhost);
    if (!part) {
      part = { exchanges: [], queues: [], bindings: [], policies: [], operatorPolicies: [] };
      parts.set(vhost, part);
    }
    if (binding) part.bindings.push(readBinding(resource, binding));
    else if (kind === 'policy') part.policies.push(readPolicy(resource, name, patterns));
    else if (kind === 'operator-policy') part.operatorPolicies.push(readPolicy(resource, name, patterns));
    else part[kind === 'queue' ? 'queues' : 'exchanges'].push([name, resource]);
  }
  return {
    version,
    vhosts: new Map(Array.from(parts, ([name, part]) => [name, readVhost(name, part, version)])),
  };
}

const KINDS: ReadonlySet<string> = new Set(['exchange', 'queue', 'binding', 'policy', 'operator-policy']);

interface Parts {
  exchanges: [string, Resource][];
  queues: [string, Resource][];
  bindings: Binding[];
  policies: Policy[];
  operatorPolicies: Policy[];
}

function readVhost(name: string, parts: Parts, version: string): Vhost {
  const policies = parts.policies.sort((a, b) => b.priority - a.priority);
  const operatorPolicies = parts.operatorPolicies.sort((a, b) => b.priority - a.priority);
  const outgoing = groupBy(parts.bindings, (binding) => binding.source);
  const incoming = groupBy(parts.bindings, (binding) => endKey(binding.toQueue, binding.destination));
  const queues = new Map(
    parts.queues.map(([queue, resource]) => [
      queue,
      new DeclaredQueue(queue, resource, {
        incoming: incoming.get(endKey(true, queue)) ?? [],
        policies,
        operatorPolicies,
        version,
      }),
    ]),
  );
  const makeExchange = (exchange: string, resource?: Resource): Exchange =>
    readExchange(exchange, resource, {
      outgoing:
        exchange === '' ? Array.from(queues.values(), defaultBinding) : (outgoing.get(exchange) ?? []),
      incoming: incoming.get(endKey(false, exchange)) ?? [],
      policies,
    });
  const exchanges = new Map(parts.exchanges.map(([key, resource]) => [key, makeExchange(key, resource)]));
  const predeclared = new Map<string, Exchange>();
  return {
    name,
    version,
    exchanges,
    queues,
    bindings: parts.bindings,
    policies,
    operatorPolicies,
    exchange(wanted) {
      const known = exchanges.get(wanted) ?? predeclared.get(wanted);
      if (known || !PREDECLARED.has(wanted)) return known;
      const made = makeExchange(wanted);
      predeclared.set(wanted, made);
      return made;
    },
  };
}

/** In every vhost from the start. https://www.rabbitmq.com/docs/exchanges#default-exchanges */
const PREDECLARED: ReadonlyMap<string, string> = new Map([
  ['', 'direct'],
  ['amq.direct', 'direct'],
  ['amq.fanout', 'fanout'],
  ['amq.topic', 'topic'],
  ['amq.headers', 'headers'],
  ['amq.match', 'headers'],
  ['amq.rabbitmq.trace', 'topic'],
  ['amq.rabbitmq.log', 'topic'],
  ['amq.rabbitmq.event', 'topic'],
]);

/** Around an exchange. */
interface Surroundings {
  readonly outgoing: readonly Binding[];
  readonly incoming: readonly Binding[];
  readonly policies: readonly Policy[];
}

function readExchange(
  name: string,
  resource: Resource | undefined,
  { outgoing, incoming, policies }: Surroundings,
): Exchange {
  const args = argumentsOf(resource);
  const declaredType = resource
    ? String(resource.spec.type ?? 'direct')
    : (PREDECLARED.get(name) ?? 'direct');
  // The delayed message exchange routes as the type that it names: https://github.com/rabbitmq/rabbitmq-delayed-message-exchange
  const type = declaredType === 'x-delayed-message' ? String(args['x-delayed-type'] ?? '') : declaredType;
  // Also those that every vhost has. The default exchange, when it is an alternate exchange, goes on to the alternate
  // that a policy gives it.
  const matching = matchingPolicies(policies, 'exchange', declaredType, name);
  const settings = (key: string) =>
    [fromArgument(resource, args, key), fromPolicy(matching[0], key)].flatMap((one) => one ?? []);
  const [alternate] = settings('alternate-exchange');
  let index: TopicTrie<Binding> | undefined;
  return {
    name,
    type,
    internal: resource ? resource.spec.internal === true : name.startsWith('amq.rabbitmq.'),
    durable: resource ? resource.spec.durable !== false : true,
    arguments: args,
    ...(resource && { resource }),
    outgoing,
    incoming,
    policies: matching,
    settings,
    ...(alternate && { alternate }),
    byKey: () => {
      index ??= indexByKey(outgoing, type);
      return index;
    },
  };
}

function indexByKey(bindings: readonly Binding[], type: string): TopicTrie<Binding> {
  const trie = new TopicTrie<Binding>();
  for (const binding of bindings) {
    if (type === 'topic') trie.add(binding.key, binding);
    else trie.addLiteral(binding.key, binding);
  }
  return trie;
}

/** A class, not an object of closures: rules ask each of 100,000 queues for a dozen settings. */
class DeclaredQueue implements Queue {
  readonly name: string;
  readonly type: string;
  readonly arguments: JsonObject;
  readonly resource: Resource;
  readonly incoming: readonly Binding[];
  readonly policies: readonly Policy[];
  readonly operatorPolicies: readonly Policy[];
  readonly version: string;
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;

  constructor(name: string, resource: Resource, around: QueueSurroundings) {
    const { version } = around;
    this.name = name;
    this.resource = resource;
    this.version = version;
    this.arguments = argumentsOf(resource);
    this.type = String(resource.spec.type ?? this.arguments['x-queue-type'] ?? 'classic');
    this.incoming = around.incoming;
    this.policies = matchingPolicies(around.policies, 'queue', this.type, name);
    this.operatorPolicies = matchingPolicies(around.operatorPolicies, 'queue', this.type, name);
    this.policy = effectivePolicy(this.policies, this.type, version);
    this.operatorPolicy = effectivePolicy(this.operatorPolicies, this.type, version);
  }

  get durable(): boolean {
    return this.resource.spec.durable !== false;
  }

  get autoDelete(): boolean {
    return this.resource.spec['auto-delete'] === true;
  }

  get exclusive(): boolean {
    return this.resource.spec.exclusive === true;
  }

  setting(key: string): Setting | undefined {
    return settingsOf(this, key)[0];
  }

  settings(key: string): readonly Setting[] {
    return settingsOf(this, key);
  }
}

type QueueSurroundings = Omit<Surroundings, 'outgoing'> & {
  readonly operatorPolicies: readonly Policy[];
  readonly version: string;
};

function readBinding(
  resource: Resource,
  { source, destinationType, destination, routingKey }: BindingIdentity,
): Binding {
  const toQueue = destinationType === 'queue';
  return { resource, source, destination, toQueue, key: routingKey, arguments: argumentsOf(resource) };
}

/** Every queue is bound to the default exchange by its name, without anybody declaring it. */
function defaultBinding(queue: Queue): Binding {
  return {
    resource: queue.resource,
    source: '',
    destination: queue.name,
    toQueue: true,
    key: queue.name,
    arguments: {},
  };
}

function argumentsOf(resource: Resource | undefined): JsonObject {
  const args = resource?.spec.arguments;
  return isObject(args) ? args : {};
}

/** A queue and an exchange may have the same name. */
function endKey(toQueue: boolean, name: string): string {
  return `${toQueue ? 'queue' : 'exchange'} ${name}`;
}
