import {
  isExactInt,
  isObject,
  type Json,
  type JsonObject,
  nearestWord,
  RouteError,
  toBigInt,
} from '../../../model/index.ts';
import { parseUnit } from '../fields/field.ts';
import { atLeast } from '../version.ts';
import { splitKey } from './matching.ts';
import type { Routed } from './router.ts';
import type { Queue, Topology, Vhost } from './topology.ts';

/*
 * One message, from its publisher and from one dead-letter exchange to the next.
 */

/** Why a queue dead-letters a message, in the broker's own words. https://www.rabbitmq.com/docs/dlx */
export type Reason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

interface Death {
  readonly queue: string;
  readonly reason: Reason;
}

export interface Message {
  /** It was published, or dead-lettered, to this one. */
  readonly exchange: string;
  /** The routing key, and those of the CC and BCC headers. */
  readonly keys: readonly string[];
  /** All that bindings can match, also what dead-lettering adds. */
  readonly headers: JsonObject;
  /** Milliseconds. */
  readonly expiration?: number;
  /** The last one first; each queue and reason once. */
  readonly deaths: readonly Death[];
}

/** The vhost that is asked about. @throws RouteError nothing is declared in it */
export function vhostOf(publish: JsonObject, topology: Topology): Vhost {
  const name = String(publish.vhost ?? '/');
  const found = topology.vhosts.get(name);
  if (found) return found;
  const others = [...topology.vhosts.keys()];
  const nearest = nearestWord(name, others);
  const [only] = others;
  throw new RouteError(
    `vhost ${name} has no exchanges and queues here`,
    others.length === 0
      ? 'declare some'
      : nearest !== undefined || others.length === 1
        ? `did you mean vhost ${nearest ?? only}?`
        : 'name the vhost of the exchange',
  );
}

/** @throws RouteError the exchange is not declared, or refuses messages */
export function publishedMessage(publish: JsonObject, vhost: Vhost, topology: Topology): Message {
  const exchange = String(publish.exchange);
  checkExchange(exchange, vhost, topology);
  const { CC, BCC, ...headers } = isObject(publish.headers) ? publish.headers : {};
  const copies = [...keysOf('cc', publish.cc), ...keysOf('header CC', CC)];
  const hidden = [...keysOf('bcc', publish.bcc), ...keysOf('header BCC', BCC)];
  const expiration = durationOf('expiration', publish.expiration);
  const keys = [...new Set([String(publish.key ?? ''), ...copies, ...hidden])];
  for (const key of keys) checkLength(key);
  return {
    exchange,
    keys,
    // The broker removes BCC, and leaves CC.
    headers: { ...headers, ...(copies.length > 0 && { CC: copies }) },
    ...(expiration !== undefined && { expiration }),
    deaths: [],
  };
}

function checkExchange(name: string, vhost: Vhost, { vhosts }: Topology): void {
  const exchange = vhost.exchange(name);
  if (exchange && !exchange.internal) return;
  if (exchange) {
    const sources = exchange.incoming.map(({ source }) => source);
    const [first] = sources;
    throw new RouteError(
      `exchange ${name} is internal: publishing to it is refused`,
      first === undefined ? 'remove internal: true' : `publish to ${first}, which is bound to it`,
    );
  }
  const elsewhere = [...vhosts.values()].find((one) => one.exchanges.has(name));
  const nearest = nearestWord(name, vhost.exchanges.keys());
  throw new RouteError(
    `exchange ${name} is not declared in vhost ${vhost.name}`,
    elsewhere
      ? `vhost ${elsewhere.name} has it: name the vhost`
      : nearest !== undefined
        ? `did you mean ${nearest}?`
        : vhost.queues.has(name)
          ? `${name} is a queue; the default exchange "" takes its name as key`
          : `exchanges here: ${[...vhost.exchanges.keys()].slice(0, SHOWN).join(', ') || 'none'}`,
  );
}

const SHOWN = 10;
const LONGEST_KEY = 255;

function checkLength(key: string): void {
  const length = Buffer.byteLength(key);
  if (length > LONGEST_KEY) {
    throw new RouteError(`a routing key has ${length} bytes: AMQP has room for ${LONGEST_KEY}`);
  }
}

function keysOf(what: string, value: Json | undefined): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item: Json) => typeof item === 'string')) return [...value];
  throw new RouteError(`${what} is not a list of routing keys: the broker closes the channel`);
}

/** Milliseconds. @throws RouteError it is no duration */
export function durationOf(what: string, value: Json | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parsed = typeof value === 'string' ? parseUnit(value, 'ms') : { value };
  const number = 'value' in parsed ? toBigInt(parsed.value) : undefined;
  if (number !== undefined && number >= 0n) return Number(number);
  throw new RouteError(`${what}: expected a duration such as 500ms or 1m10s`);
}

export function routed(message: Message): Routed {
  return { keys: message.keys.map(splitKey), headers: message.headers, wanted: 'possible' };
}

/**
 * A message as a queue dead-letters it, or undefined where the queue has no dead-letter exchange. Keys are kept unless
 * the queue sets one. https://www.rabbitmq.com/docs/dlx#effects
 */
export function deadLettered(
  message: Message,
  queue: Queue,
  reason: Reason,
  version: string,
): Message | undefined {
  const exchange = queue.setting('dead-letter-exchange')?.value;
  if (typeof exchange !== 'string') return undefined;
  const key = queue.setting('dead-letter-routing-key')?.value;
  const isSet = typeof key === 'string';
  const isNew = atLeast({ version }, '3.13');
  const { CC, ...others } = message.headers;
  const headers = isSet && !isNew ? others : message.headers;
  return {
    exchange,
    keys: isSet ? [key] : message.keys,
    headers: { ...headers, ...deathHeaders(message, queue.name, reason, isNew) },
    deaths: [
      { queue: queue.name, reason },
      ...message.deaths.filter((one) => one.queue !== queue.name || one.reason !== reason),
    ],
  };
}

function deathHeaders(message: Message, queue: string, reason: Reason, isNew: boolean): JsonObject {
  const headers = (which: string) => ({
    [`x-${which}-death-reason`]: reason,
    [`x-${which}-death-queue`]: queue,
    [`x-${which}-death-exchange`]: message.exchange,
  });
  return {
    ...(message.deaths.length === 0 && headers('first')),
    // Before 3.13 the history itself can be matched, by its presence.
    ...(isNew ? headers('last') : { 'x-death': [] }),
  };
}

/**
 * Whether the broker drops what a queue dead-lettered instead of giving it to this one: it died there before, and
 * nobody has rejected it since. https://www.rabbitmq.com/docs/dlx#cycles
 */
export function isDeadLetterCycle(target: string, { deaths }: Message): boolean {
  if (deaths[0]?.reason === 'rejected') return false;
  const last = deaths.findIndex(({ queue }) => queue === target);
  return last >= 0 && deaths.slice(0, last + 1).every(({ reason }) => reason !== 'rejected');
}

/** Equal for messages that go on alike. */
export function stateOf({ exchange: _, ...message }: Message): string {
  return JSON.stringify(message, (_key, value) => (isExactInt(value) ? value.$int : value));
}
