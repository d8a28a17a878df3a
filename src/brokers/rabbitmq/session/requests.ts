import type { Channel } from 'amqplib';
import { isExactInt, isMapping, type Json, type JsonObject } from '../../../model/index.ts';
import type { BindingRef, MovePhase, RabbitCall, RenamePhase } from '../calls.ts';
import type { Request } from './management.ts';

/** The two ways to send a call; at least one is there. */
export interface Routes {
  readonly amqp?: { readonly vhost: string; send(channel: Channel): Promise<unknown> };
  readonly http?: Request;
}

type Bind = Extract<RabbitCall, { op: 'queue.bind' | 'exchange.bind' }>;
type Unbind = Extract<RabbitCall, { op: 'queue.unbind' | 'exchange.unbind' }>;

/** Calls that are one request each. */
export type PlainCall = Exclude<RabbitCall, { op: 'user.set-tags' | MovePhase | RenamePhase }>;

/** How a call can be sent. Payloads still hold their secret references. */
export function routesOf(call: PlainCall): Routes {
  switch (call.op) {
    case 'exchange.declare': {
      const { vhost, name, type, durable, autoDelete, internal, arguments: args } = call.body;
      const options = { durable, autoDelete, internal, arguments: toAmqpTable(args) };
      const payload = { type, durable, auto_delete: autoDelete, internal };
      return {
        amqp: { vhost, send: (channel) => channel.assertExchange(name, type, options) },
        ...put(['exchanges', vhost, name], payload, toHttpTable(args)),
      };
    }
    case 'queue.declare': {
      const { vhost, name, durable, autoDelete, arguments: args } = call.body;
      const options = { durable, autoDelete, arguments: toAmqpTable(args) };
      return {
        amqp: { vhost, send: (channel) => channel.assertQueue(name, options) },
        ...put(['queues', vhost, name], { durable, auto_delete: autoDelete }, toHttpTable(args)),
      };
    }
    case 'exchange.delete': {
      const { vhost, name, ifUnused } = call.body;
      return {
        amqp: { vhost, send: (channel) => channel.deleteExchange(name, { ifUnused }) },
        ...remove(['exchanges', vhost, name], ifUnused ? 'if-unused=true' : ''),
      };
    }
    case 'queue.delete': {
      const { vhost, name, type } = call.body;
      // Quorum queues refuse the flag and streams ignore it: `send.ts` counts messages itself.
      const ifEmpty = call.body.ifEmpty && type === 'classic';
      return {
        amqp: { vhost, send: (channel) => channel.deleteQueue(name, { ifEmpty }) },
        ...remove(['queues', vhost, name], ifEmpty ? 'if-empty=true' : ''),
      };
    }
    case 'queue.bind':
    case 'exchange.bind':
      return bindRoutes(call);
    case 'queue.unbind':
    case 'exchange.unbind':
      return unbindRoutes(call);
    case 'http.put':
    case 'http.post': {
      const method = call.op === 'http.put' ? 'PUT' : 'POST';
      const { path, payload } = call.body;
      return { http: { method, path, payload, repeatable: method === 'PUT' } };
    }
    case 'http.delete':
      return { http: { method: 'DELETE', path: call.body.path, repeatable: true } };
  }
}

function bindRoutes({ op, body }: Bind): Routes {
  const { vhost, source, destination, routingKey } = body;
  const args = toAmqpTable(body.arguments);
  const plain = toHttpTable(body.arguments);
  const path = bindingPath(op === 'queue.bind' ? 'q' : 'e', body);
  return {
    amqp: {
      vhost,
      send: (channel) =>
        op === 'queue.bind'
          ? channel.bindQueue(destination, source, routingKey, args)
          : channel.bindExchange(destination, source, routingKey, args),
    },
    // A binding is all identity, so posting it twice is the same as once.
    ...(plain && isReachable(path)
      ? {
          http: {
            method: 'POST',
            path,
            payload: { routing_key: routingKey, arguments: plain },
            repeatable: true,
          } satisfies Request,
        }
      : {}),
  };
}

/** The management API takes these two keys for the absence of a binding, and answers 404 (seen on 3.10 and 4.3). */
const UNDELETABLE = new Set(['null', 'undefined']);

function unbindRoutes({ op, body }: Unbind): Routes {
  const { vhost, source, destination, routingKey, propertiesKey } = body;
  const path = [...bindingPath(op === 'queue.unbind' ? 'q' : 'e', body), propertiesKey];
  const hasKey = propertiesKey !== '' && !UNDELETABLE.has(propertiesKey);
  const http = hasKey ? remove(path, '') : {};
  // AMQP finds a binding by the very types of its arguments, which no listing tells.
  if (Object.keys(body.arguments).length > 0) return http;
  return {
    amqp: {
      vhost,
      send: (channel) =>
        op === 'queue.unbind'
          ? channel.unbindQueue(destination, source, routingKey, {})
          : channel.unbindExchange(destination, source, routingKey, {}),
    },
    ...http,
  };
}

function bindingPath(destination: 'q' | 'e', body: BindingRef): string[] {
  return ['bindings', body.vhost, 'e', body.source, destination, body.destination];
}

function put(path: string[], payload: JsonObject, args: JsonObject | undefined): { http?: Request } {
  if (!args || !isReachable(path)) return {};
  return { http: { method: 'PUT', path, payload: { ...payload, arguments: args }, repeatable: true } };
}

function remove(path: string[], query: string): { http?: Request } {
  return isReachable(path) ? { http: { method: 'DELETE', path, query, repeatable: true } } : {};
}

/** The server takes `.` and `..` out of paths, even encoded (405 on 3.10 and 4.3). */
function isReachable(path: readonly string[]): boolean {
  return !path.includes('.') && !path.includes('..');
}

/** A value as amqplib encodes it; `{ '!': type, value }` names the AMQP type. */
type AmqpValue = null | boolean | string | AmqpValue[] | { '!': string; value: unknown };
export type AmqpTable = Record<string, AmqpValue>;

/**
 * JsonObject as an AMQP table, with the types that the management API would give them: amqplib alone would take the
 * smallest integer that fits, and 1 as a short and 1 as a long are two bindings for the broker.
 */
export function toAmqpTable(args: JsonObject): AmqpTable {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, toAmqpValue(value)]));
}

function toAmqpValue(value: Json): AmqpValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return { '!': Number.isInteger(value) ? 'long' : 'double', value };
  if (Array.isArray(value)) return value.map(toAmqpValue);
  if (isExactInt(value)) return { '!': 'long', value: value.$int };
  const table = value as JsonObject;
  const type = table.$type;
  if (typeof type !== 'string') return { '!': 'object', value: toAmqpTable(table) };
  if (type === 'void') return null;
  const inner = table.value ?? null;
  if (type === 'longstr' || type === 'string')
    return typeof inner === 'string' ? inner : JSON.stringify(inner);
  return { '!': type === 'bool' ? 'boolean' : type, value: isExactInt(inner) ? inner.$int : inner };
}

/** Types that JSON says as well, with the values for which it does. */
const PLAIN_TYPES: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  long: (value) => isExactInt(value) || Number.isInteger(value),
  double: (value) => typeof value === 'number' && !Number.isInteger(value),
  longstr: (value) => typeof value === 'string',
  string: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  boolean: (value) => typeof value === 'boolean',
};

/** JsonObject as the management API takes them; undefined where JSON cannot say their AMQP types. */
export function toHttpTable(args: JsonObject): JsonObject | undefined {
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(args)) {
    const plain = toHttpValue(value);
    if (plain === undefined) return undefined;
    entries.push([key, plain]);
  }
  return Object.fromEntries(entries);
}

function toHttpValue(value: Json): Json | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(toHttpValue);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (!isMapping(value)) return value;
  if (typeof value.$type !== 'string') return toHttpTable(value);
  return PLAIN_TYPES[value.$type]?.(value.value) ? value.value : undefined;
}
