import {
  type BrokerIdentity,
  type Drawing,
  type Fact,
  GraphBuilder,
  type Json,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
} from '../../../model/index.ts';
import { formatUnit, withoutType } from '../fields/field.ts';
import { unitOf } from '../fields/queue.ts';
import { tableOf } from '../kinds/parts.ts';
import {
  type Binding,
  type Exchange,
  type Queue,
  readTopology,
  type Vhost,
} from '../routing/read-topology.ts';
import { drawLinks, drawVhost, placeOf, type VhostGraph, vhostGraph } from './vhost-graph.ts';

/** Exchanges, queues, and every way that a message can take between them, by vhost. */
export function draw(resources: readonly Resource[], broker: BrokerIdentity): Drawing {
  const builder = new GraphBuilder();
  for (const resource of resources) {
    const { kind, path } = parseAddress(resource.address);
    if (kind === 'vhost') drawVhost(builder, broker.name, path[0] ?? '', [resource.address]);
  }
  const links = resources.filter(({ address }) => kindOf(address) === 'parameter');
  const topology = readTopology(resources, broker.version);
  for (const vhost of topology.vhosts.values()) {
    const graph = vhostGraph(builder, broker.name, vhost.name);
    for (const exchange of vhost.exchanges.values()) drawExchange(graph, exchange);
    for (const queue of vhost.queues.values()) drawQueue(graph, queue);
    for (const binding of vhost.bindings) drawBinding(graph, binding, vhost);
  }
  drawLinks(links, topology, (vhost) => vhostGraph(builder, broker.name, vhost));
  return builder.done();
}

function drawExchange({ builder, group, exchange: nameExchange }: VhostGraph, exchange: Exchange): void {
  const { resource, name, alternate } = exchange;
  if (!resource) return;
  const { type, internal, durable, 'auto-delete': autoDelete } = resource.spec;
  builder.node({
    id: resource.address,
    kind: 'exchange',
    role: 'router',
    name,
    detail: String(type ?? ''),
    group,
    facts: [
      ...factsOf(exchange.arguments, ['alternate-exchange']),
      ...flagsOf({
        internal: internal === true,
        transient: durable === false,
        'auto-delete': autoDelete === true,
      }),
      ...policyFact(exchange.policies[0]?.name),
    ],
    ...placeOf(resource),
  });
  if (typeof alternate?.value === 'string' && alternate.value !== name) {
    builder.edge({ from: resource.address, to: nameExchange(alternate.value), role: 'alternate' });
  }
}

function drawQueue(graph: VhostGraph, queue: Queue): void {
  const { builder, group } = graph;
  const { resource, name } = queue;
  builder.node({
    id: resource.address,
    kind: 'queue',
    role: 'store',
    name,
    detail: typeof resource.spec.type === 'string' ? resource.spec.type : '',
    group,
    facts: [
      ...factsOf(queue.arguments, ['x-dead-letter-exchange', 'x-dead-letter-routing-key']),
      ...flagsOf({ transient: !queue.durable, 'auto-delete': queue.autoDelete, exclusive: queue.exclusive }),
      ...policyFact(queue.policies[0]?.name),
    ],
    ...placeOf(resource),
  });
  drawDeadLetter(graph, queue);
}

/** The default exchange leads straight to the queue of the routing key. */
function drawDeadLetter({ builder, exchange, queue: nameQueue }: VhostGraph, queue: Queue): void {
  const target = queue.setting('dead-letter-exchange')?.value;
  const key = queue.setting('dead-letter-routing-key')?.value;
  const from = queue.resource.address;
  const label = typeof key === 'string' ? key : '';
  if (target === '' && label !== '') builder.edge({ from, to: nameQueue(label), role: 'dead-letter' });
  else if (typeof target === 'string')
    builder.edge({ from, to: exchange(target), role: 'dead-letter', label });
}

function drawBinding({ builder, exchange, queue }: VhostGraph, binding: Binding, vhost: Vhost): void {
  const { resource, source, destination, toQueue, key } = binding;
  const type = vhost.exchange(source)?.type;
  builder.edge({
    from: exchange(source),
    to: toQueue ? queue(destination) : exchange(destination),
    role: 'route',
    label: [...(type === 'headers' && key === '' ? [] : [key]), ...argumentTexts(binding.arguments)].join(
      ' ',
    ),
    resources: [resource.address],
    ...placeOf(resource),
  });
}

function argumentTexts(args: JsonObject): string[] {
  return Object.entries(args).map(([name, value]) => `${name}=${textOf(name, value)}`);
}

function factsOf(args: JsonObject, drawn: readonly string[]): Fact[] {
  return Object.entries(tableOf(args))
    .filter(([name]) => !drawn.includes(name))
    .map(([name, value]) => ({ name: name.replace(/^x-/, ''), text: textOf(name, value) }));
}

function textOf(name: string, value: Json): string {
  const plain = withoutType(value);
  return formatUnit(plain, unitOf(name)) ?? (typeof plain === 'string' ? plain : JSON.stringify(plain));
}

function flagsOf(flags: Readonly<Record<string, boolean>>): Fact[] {
  return Object.entries(flags)
    .filter(([, on]) => on)
    .map(([name]) => ({ name, text: 'yes' }));
}

function policyFact(name: string | undefined): Fact[] {
  return name === undefined ? [] : [{ name: 'policy', text: name }];
}
