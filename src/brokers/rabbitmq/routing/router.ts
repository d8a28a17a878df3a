import { isExactInt, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../version.ts';
import { ANY_KEY, coversKeys, type KeyWords, keysOfPattern, literalWords, splitKey } from './topic.ts';
import type { Binding, Exchange, Vhost } from './topology.ts';

/**
 * Where messages go, worked out from a declared topology, the way the broker does it: a worklist of exchanges, each
 * visited once; each queue gets one copy; the alternate exchange is used only where an exchange yields no
 * destination at all. https://www.rabbitmq.com/docs/exchanges, https://www.rabbitmq.com/docs/ae
 */

/** One message, or all messages of a kind: keys may hold words that are not known. */
export interface Routed {
  /** The routing key, and those of the CC and BCC headers. */
  readonly keys: readonly KeyWords[];
  /** Undefined where they are not known. */
  readonly headers?: JsonObject;
  /**
   * Which destinations are wanted: those that some message of the kind may reach, or only those that all reach. They
   * differ where keys or headers are not known, and where a plug-in's exchange type decides.
   */
  readonly wanted: 'possible' | 'certain';
}

/** Where a message, or some message of the kind, ends up. */
export interface Destination {
  readonly kind: 'queue' | 'undeclared-queue' | 'undeclared-exchange';
  readonly name: string;
}

/** Destinations, found while they are asked for: asking for the first tells whether there is any. */
export function* route(vhost: Vhost, exchange: string, message: Routed): Generator<Destination> {
  const certain = message.wanted === 'certain';
  const seen = new Set([exchange]);
  const queues = new Set<string>();
  const work = [exchange];
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    const current = vhost.exchange(name);
    if (!current) {
      yield { kind: 'undeclared-exchange', name };
      continue;
    }
    // As an alternate exchange, the default exchange has no bindings: it routes only what is published to it.
    if (name === '' && exchange !== '') continue;
    let routes = false;
    for (const { binding, sure } of matchingBindings(current, message, vhost.version)) {
      routes ||= sure || certain;
      if (certain && !sure) continue;
      const { destination, toQueue } = binding;
      if (toQueue && !queues.has(destination)) {
        queues.add(destination);
        yield { kind: vhost.queues.has(destination) ? 'queue' : 'undeclared-queue', name: destination };
      } else if (!toQueue && !seen.has(destination)) {
        seen.add(destination);
        work.push(destination);
      }
    }
    const alternate = current.alternate?.value;
    if (!routes && typeof alternate === 'string' && !seen.has(alternate)) {
      seen.add(alternate);
      work.push(alternate);
    }
  }
}

/** Whether some message of the kind reaches a queue, or something that is not declared here and may lead to one. */
export function reachesAny(vhost: Vhost, exchange: string, message: Routed): boolean {
  return !route(vhost, exchange, message).next().done;
}

export interface PublishedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** Of the CC and BCC headers. */
  readonly copies?: readonly string[];
  readonly headers?: JsonObject;
}

/**
 * The queues that one message reaches, sorted. Empty when it is dropped, or returned to a publisher that set
 * `mandatory`; undefined when the broker refuses it: the exchange is not there, or is internal.
 */
export function routeMessage(vhost: Vhost, message: PublishedMessage): string[] | undefined {
  const exchange = vhost.exchange(message.exchange);
  if (!exchange || exchange.internal) return undefined;
  const keys = [message.routingKey, ...(message.copies ?? [])].map(splitKey);
  const routed: Routed = { keys, headers: message.headers ?? {}, wanted: 'certain' };
  return Array.from(route(vhost, message.exchange, routed))
    .filter((destination) => destination.kind === 'queue')
    .map((destination) => destination.name)
    .sort();
}

/** The keys that messages can have which came through this binding. */
export function keysThrough(vhost: Vhost, binding: Binding): KeyWords {
  const type = vhost.exchange(binding.source)?.type;
  if (type === 'direct') return splitKey(binding.key);
  return type === 'topic' ? keysOfPattern(binding.key) : ANY_KEY;
}

interface Match {
  readonly binding: Binding;
  /** True when every message of the kind passes, false when some may. */
  readonly sure: boolean;
}

function* matchingBindings(exchange: Exchange, message: Routed, version: string): Generator<Match> {
  switch (exchange.type) {
    case 'fanout':
    case 'x-recent-history':
      for (const binding of exchange.outgoing) yield { binding, sure: true };
      return;
    case 'direct':
    case 'topic': {
      const direct = exchange.type === 'direct';
      for (const key of message.keys) {
        const known = key.every((word) => typeof word === 'string');
        for (const binding of exchange.byKey().matching(direct ? literalWords(key) : key)) {
          yield { binding, sure: known || (!direct && coversKeys(binding.key, key)) };
        }
      }
      return;
    }
    case 'headers':
      yield* matchingHeaders(exchange.outgoing, message, version);
      return;
    default:
      // A plug-in's type picks among its bindings by rules of its own.
      for (const binding of exchange.outgoing) yield { binding, sure: false };
  }
}

function* matchingHeaders(bindings: readonly Binding[], message: Routed, version: string): Generator<Match> {
  for (const binding of bindings) {
    const extent = headersExtent(binding.arguments);
    if (extent === 'nothing') continue;
    if (extent === 'everything') yield { binding, sure: true };
    else if (message.headers) {
      if (headersMatch(binding.arguments, message.headers, version)) yield { binding, sure: true };
    } else yield { binding, sure: false };
  }
}

/** Matching of a headers exchange. https://www.rabbitmq.com/docs/exchanges#headers */

/** What a binding lets pass: everything, nothing, or what its arguments say. */
export type Extent = 'everything' | 'nothing' | 'some';

export function headersExtent(args: JsonObject): Extent {
  if (comparable(args).length > 0) return 'some';
  return isAny(args) ? 'nothing' : 'everything';
}

/** Whether a headers binding lets a message with these headers pass, on a broker of this version. */
export function headersMatch(args: JsonObject, headers: JsonObject, version: string): boolean {
  const matches = ([name, wanted]: [string, Json]): boolean => {
    const value = headers[name];
    if (value === undefined) return false;
    return isVoid(wanted) || amqpValue(wanted, version) === amqpValue(value, version);
  };
  return isAny(args) ? comparable(args).some(matches) : comparable(args).every(matches);
}

/** The arguments that are compared: `x-*` ones only where the mode says so, and never `x-match` itself. */
function comparable(args: JsonObject): [string, Json][] {
  const withX = String(args['x-match'] ?? 'all').endsWith('-with-x');
  return Object.entries(args).filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
}

function isAny(args: JsonObject): boolean {
  return String(args['x-match'] ?? 'all').startsWith('any');
}

function isVoid(value: Json): boolean {
  return value === null || (isObject(value) && value.$type === 'void');
}

/** Text that is equal for equal AMQP values. Values count, not type tags: a short 1 is a long 1. */
function amqpValue(value: Json, version: string): string {
  if (isObject(value) && typeof value.$type === 'string') {
    const inner = value.value ?? null;
    const fraction = value.$type === 'double' || value.$type === 'float';
    return fraction && typeof inner === 'number' ? double(inner, version) : amqpValue(inner, version);
  }
  if (isExactInt(value)) return value.$int;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : double(value, version);
  return JSON.stringify(value);
}

/** Until 3.12 an integer equals the double of the same value, from 3.13 it does not. */
function double(value: number, version: string): string {
  return atLeast({ version }, '3.13') ? `double ${value}` : String(value);
}
