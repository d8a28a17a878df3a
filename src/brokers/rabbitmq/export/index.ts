import {
  addTo,
  type ExportedChannel,
  type ExportedChannels,
  type Exporter,
  encodeSegment,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
} from '../../../model/index.ts';
import { type BindingIdentity, identityOf } from '../kinds/binding/identity.ts';
import { vhostAndName } from '../kinds/parts.ts';
import { definitions } from './definitions.ts';

export const exporter: Exporter = { definitions, channels };

const VERSION = '0.3.0';
/** Exchange types that a binding can name; those of plug-ins are left to an extension. */
const TYPES = ['direct', 'topic', 'fanout', 'headers'];

interface Route extends BindingIdentity {
  readonly resource: Resource;
}

/**
 * Queues, and the routing keys of exchanges with the queues that they lead to.
 * https://github.com/asyncapi/bindings/blob/master/amqp/README.md
 */
function channels(resources: readonly Resource[]): ExportedChannels {
  const entries: ExportedChannel[] = [];
  const exchanges = new Map<string, Resource>();
  const routes = new Map<string, Route[]>();
  for (const resource of resources) {
    const kind = kindOf(resource.address);
    if (kind === 'queue') entries.push(queueChannel(resource));
    if (kind === 'exchange') exchanges.set(placeKey(vhostAndName(resource)), resource);
    if (kind === 'binding') {
      const binding = identityOf(resource);
      if (binding.destinationType === 'queue')
        addTo(routes, JSON.stringify([binding.vhost, binding.source, binding.routingKey]), {
          ...binding,
          resource,
        });
    }
  }
  for (const bindings of routes.values()) {
    const [first] = bindings;
    if (first)
      entries.push(routeChannel(bindings, first, exchanges.get(placeKey({ ...first, name: first.source }))));
  }
  return { protocol: 'amqp', channels: entries.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function placeKey({ vhost, name }: { readonly vhost: string; readonly name: string }): string {
  return JSON.stringify([vhost, name]);
}

/** An id that any tool takes as a key and in a reference. */
function idOf(...parts: readonly string[]): string {
  return parts.map((part) => encodeSegment(part).replaceAll('%', '_')).join('.');
}

function queueChannel(resource: Resource): ExportedChannel {
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
  return { id: idOf('queue', vhost, name), channel: { address: name, bindings: { amqp } }, of: resource };
}

function routeChannel(
  bindings: readonly Route[],
  { vhost, source, routingKey, resource }: Route,
  exchange: Resource | undefined,
): ExportedChannel {
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
  const id = idOf('exchange', vhost, source, routingKey);
  return { id, channel: { address: routingKey, bindings: { amqp } }, of: exchange ?? resource };
}

function withArguments(args: Json | undefined): JsonObject {
  return typeof args === 'object' && args !== null && Object.keys(args).length > 0
    ? { 'x-arguments': args }
    : {};
}
