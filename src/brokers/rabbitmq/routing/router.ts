import type { JsonObject } from '../../../model/index.ts';
import {
  ANY_KEY,
  coversKeys,
  headersExtent,
  headersMatch,
  type KeyWords,
  keysOfPattern,
  literalWords,
  splitKey,
} from './matching.ts';
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
  /** The bindings that exchanges take which pass a message on by one of theirs, as far as that is assumed. */
  readonly choices?: ReadonlyMap<string, Binding>;
}

/** Where a message, or some message of the kind, ends up. */
export interface Destination {
  readonly kind: 'queue' | 'undeclared-queue' | 'undeclared-exchange';
  readonly name: string;
}

/** A step of a message from an exchange. */
export interface Edge {
  readonly from: Exchange;
  readonly to: Destination | { readonly kind: 'exchange'; readonly name: string };
  /** Absent where the alternate exchange takes what the exchange cannot route. */
  readonly binding?: Binding;
  /** True when every message of the kind passes, false when some may. */
  readonly sure: boolean;
}

/**
 * All steps of a message, found while they are asked for; those from the first exchange come first.
 * @param asAlternate the message came to the first exchange as to an alternate exchange
 */
export function* edges(
  vhost: Vhost,
  exchange: string,
  message: Routed,
  asAlternate = false,
): Generator<Edge> {
  const certain = message.wanted === 'certain';
  const seen = new Set([exchange]);
  const work = [exchange];
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    const from = vhost.exchange(name);
    if (!from) continue;
    const next = (target: string): Edge['to'] => {
      if (!vhost.exchange(target)) return { kind: 'undeclared-exchange', name: target };
      if (!seen.has(target)) work.push(target);
      seen.add(target);
      return { kind: 'exchange', name: target };
    };
    // The default exchange routes what is published to it, by names alone. As an alternate exchange it has no bindings,
    // and may have an alternate of its own, by a policy.
    const isOnlyAlternate = name === '' && (asAlternate || exchange !== '');
    let routes = name === '' && !isOnlyAlternate;
    for (const { binding, sure, choice } of isOnlyAlternate
      ? []
      : matchingBindings(from, message, vhost.version)) {
      routes ||= sure || certain || choice === true;
      if (certain && !sure) continue;
      const { destination: target, toQueue } = binding;
      const kind = vhost.queues.has(target) ? 'queue' : 'undeclared-queue';
      yield { from, to: toQueue ? { kind, name: target } : next(target), binding, sure };
    }
    const alternate = from.alternate?.value;
    if (!routes && typeof alternate === 'string') yield { from, to: next(alternate), sure: true };
  }
}

/** Destinations, each once, found while they are asked for: asking for the first tells whether there is any. */
export function* route(vhost: Vhost, exchange: string, message: Routed): Generator<Destination> {
  if (!vhost.exchange(exchange)) yield { kind: 'undeclared-exchange', name: exchange };
  const seen = new Set<string>();
  for (const { to } of edges(vhost, exchange, message)) {
    if (to.kind === 'exchange') continue;
    const key = `${to.kind} ${to.name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield { kind: to.kind, name: to.name };
  }
}

/** Whether some message of the kind reaches a queue, or something that is not declared here and may lead to one. */
export function reachesAny(vhost: Vhost, exchange: string, message: Routed): boolean {
  return !route(vhost, exchange, message).next().done;
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
  /** True for one of the bindings of which exactly one passes. */
  readonly choice?: true;
}

function* choose(exchange: Exchange, { choices }: Routed): Generator<Match> {
  const chosen = choices?.get(exchange.name);
  const sure = chosen !== undefined || endsOf(exchange).size === 1;
  for (const binding of chosen ? [chosen] : exchange.outgoing) yield { binding, sure, choice: true };
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
      const seen = new Map<Binding, boolean>();
      for (const key of message.keys) {
        const known = key.every((word) => typeof word === 'string');
        for (const binding of exchange.byKey().matching(direct ? literalWords(key) : key)) {
          const sure = known || (!direct && coversKeys(binding.key, key));
          const before = seen.get(binding);
          // A key that is less certain may come before one that is more so.
          if (before === true || before === sure) continue;
          seen.set(binding, sure);
          yield { binding, sure };
        }
      }
      return;
    }
    case 'headers':
      yield* matchingHeaders(exchange.outgoing, message, version);
      return;
    default:
      if (choosesOne(exchange)) yield* choose(exchange, message);
      // A plug-in's type picks among its bindings by rules of its own.
      else for (const binding of exchange.outgoing) yield { binding, sure: false };
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

/*
 * Exchange types that do not give a message to all whose binding matches; seen on 3.10.8 and 4.3.6, with the plug-ins
 * that they ship with. https://www.rabbitmq.com/docs/exchanges
 */

interface Choice {
  readonly by: string;
  /** Whether one of its destinations gets the message in any case. */
  readonly always: boolean;
}

const CHOICES: ReadonlyMap<string, Choice> = new Map([
  ['x-consistent-hash', { by: 'by hash of the routing key', always: true }],
  ['x-modulus-hash', { by: 'by hash of the routing key', always: true }],
  ['x-random', { by: 'at random', always: true }],
  // There may be none on that node.
  ['x-local-random', { by: "at random among those on the publisher's node", always: false }],
]);

/** Exchanges that pass a message on by exactly one of their bindings. */
export function choosesOne({ type }: Exchange): boolean {
  return CHOICES.get(type)?.always === true;
}

/** What decides which of its destinations gets a message; undefined where all that match get it. */
export function choiceOf({ type, arguments: args }: Exchange): string | undefined {
  const by = CHOICES.get(type)?.by;
  if (type !== 'x-consistent-hash') return by;
  const header = args['hash-header'];
  const property = args['hash-property'];
  if (typeof header === 'string') return `by hash of the header ${header}`;
  return typeof property === 'string' ? `by hash of ${property}` : by;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'direct',
  'fanout',
  'headers',
  'topic',
  'x-recent-history',
  ...CHOICES.keys(),
]);

/** Types whose routing is known: all but those of other plug-ins. */
export function isKnownType(type: string): boolean {
  return KNOWN_TYPES.has(type);
}

/** The queues and exchanges that an exchange is bound to, each once. */
export function endsOf({ outgoing }: Exchange): ReadonlySet<string> {
  return new Set(
    outgoing.map(({ destination, toQueue }) => `${toQueue ? 'queue' : 'exchange'} ${destination}`),
  );
}
