import {
  addTo,
  type ExportedChannels,
  encodeSegment,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
} from '../../../model/index.ts';
import { identityOf } from '../kinds/binding/identity.ts';
import { vhostAndName } from '../kinds/parts.ts';

const VERSION = '0.3.0';
/** Exchange types that a binding can name; those of plug-ins are left to an extension. */
const TYPES = ['direct', 'topic', 'fanout', 'headers'];

/**
 * Queues, and the routing keys of exchanges with the queues that they lead to.
 * https://github.com/asyncapi/bindings/blob/master/amqp/README.md
 */
export function channels(resources: readonly Resource[]): ExportedChannels {
  const entries: [string, JsonObject][] = [];
  const exchanges = new Map<string, Resource>();
  const routes = new Map<string, ReturnType<typeof identityOf>[]>();
  for (const resource of resources) {
    const kind = kindOf(resource.address);
    if (kind === 'queue') entries.push(queueChannel(resource));
    if (kind === 'exchange') exchanges.set(placeKey(vhostAndName(resource)), resource);
    if (kind === 'binding') {
      const binding = identityOf(resource);
      if (binding.destinationType === 'queue')
        addTo(routes, JSON.stringify([binding.vhost, binding.source, binding.routingKey]), binding);
    }
  }
  for (const bindings of routes.values()) {
    const [first] = bindings;
    if (first)
      entries.push(routeChannel(bindings, first, exchanges.get(placeKey({ ...first, name: first.source }))));
  }
  return { protocol: 'amqp', channels: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function placeKey({ vhost, name }: { readonly vhost: string; readonly name: string }): string {
  return JSON.stringify([vhost, name]);
}

/** An id that any tool takes as a key and in a reference. */
function idOf(...parts: readonly string[]): string {
  return parts.map((part) => encodeSegment(part).replaceAll('%', '_')).join('.');
}

function queueChannel(resource: Resource): [string, JsonObject] {
  const { vhost, name } = vhostAndName(resource);
  const { durable, exclusive, 'auto-delete': autoDelete, type, arguments: args } = resource.spec;
  const queue = {
    name,
    durable: durable ?? true,
    exclusive: exclusive ?? false,
    autoDelete: autoDelete ?? false,
  };
  const extensions = { 'x-queue-type': type ?? 'classic', ...withArguments(args) };
  const amqp = { is: 'queue', queue: { ...queue, vhost }, ...extensions, bindingVersion: VERSION };
  return [idOf('queue', vhost, name), { address: name, bindings: { amqp } }];
}

function routeChannel(
  bindings: readonly ReturnType<typeof identityOf>[],
  { vhost, source, routingKey }: ReturnType<typeof identityOf>,
  exchange: Resource | undefined,
): [string, JsonObject] {
  const { type, durable, 'auto-delete': autoDelete } = exchange?.spec ?? {};
  const described: JsonObject = {
    name: source,
    ...(typeof type === 'string' && TYPES.includes(type) && { type }),
    ...(typeof type === 'string' && !TYPES.includes(type) && { 'x-type': type }),
    ...(exchange && { durable: durable ?? true, autoDelete: autoDelete ?? false }),
    vhost,
  };
  const queues = [...new Set(bindings.map(({ destination }) => destination))].sort();
  const amqp = { is: 'routingKey', exchange: described, 'x-queues': queues, bindingVersion: VERSION };
  return [idOf('exchange', vhost, source, routingKey), { address: routingKey, bindings: { amqp } }];
}

function withArguments(args: Json | undefined): JsonObject {
  return typeof args === 'object' && args !== null && Object.keys(args).length > 0
    ? { 'x-arguments': args }
    : {};
}
