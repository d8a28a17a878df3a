import { addTo, canonicalJson, type Json, type JsonObject } from '../../../model/index.ts';
import { isVoid, splitKey, TopicTrie } from '../routing/matching.ts';
import type { Binding, Exchange, Vhost } from '../routing/topology.ts';

/** What differs at an exchange itself. */
interface Touched {
  /** Bindings of one side only, and those whose queue is there on one side only. */
  readonly bindings: readonly Binding[];
  /** True where its type or alternate exchange differs, or it is there on one side only: then all keys may count. */
  readonly whole: boolean;
}

export interface TouchedExchanges {
  readonly own: ReadonlyMap<string, Touched>;
  /** The exchanges from where a message may come to one of those, those themselves included. */
  readonly leading: ReadonlySet<string>;
}

/** The exchanges at which something differs for messages. */
export function touchedExchanges(then: Vhost, now: Vhost): TouchedExchanges {
  const own = new Map<string, Touched>();
  const names = new Set([...sources(then), ...sources(now)]);
  for (const name of names) {
    const a = then.exchange(name);
    const b = now.exchange(name);
    const bindings = differing(a, b, then, now);
    const whole = natureOf(a) !== natureOf(b);
    if (whole || bindings.length > 0) own.set(name, { bindings, whole });
  }
  return { own, leading: leadingTo(own.keys(), [then, now]) };
}

function sources(vhost: Vhost): string[] {
  return [...vhost.exchanges.keys(), ...vhost.bindings.map(({ source }) => source)];
}

function natureOf(exchange: Exchange | undefined): string {
  if (!exchange) return '';
  const { type, internal, alternate } = exchange;
  return canonicalJson({ type, internal, alternate: alternate?.value ?? null });
}

function differing(
  a: Exchange | undefined,
  b: Exchange | undefined,
  then: Vhost,
  now: Vhost,
): readonly Binding[] {
  const before = new Map(a?.outgoing.map((binding) => [identityOf(binding, then), binding]));
  const added = (b?.outgoing ?? []).filter((binding) => !before.delete(identityOf(binding, now)));
  return [...before.values(), ...added];
}

/** A binding to a queue that is not there is another one than the same binding to a queue that is. */
function identityOf({ destination, toQueue, key, arguments: args }: Binding, vhost: Vhost): string {
  const isThere = toQueue ? vhost.queues.has(destination) : vhost.exchange(destination) !== undefined;
  return canonicalJson([toQueue, destination, isThere, key, args]);
}

/** Walks bindings and alternate exchanges backwards, on both sides. */
function leadingTo(touched: Iterable<string>, vhosts: readonly Vhost[]): Set<string> {
  const from = new Map<string, string[]>();
  for (const vhost of vhosts) {
    for (const { source, destination, toQueue } of vhost.bindings)
      if (!toQueue) addTo(from, destination, source);
    for (const { name, alternate } of vhost.exchanges.values()) {
      if (typeof alternate?.value === 'string') addTo(from, alternate.value, name);
    }
  }
  const leading = new Set(touched);
  // A Set visits what is added while it is walked.
  for (const name of leading) for (const source of from.get(name) ?? []) leading.add(source);
  return leading;
}

/** A message that stands for all that are like it. */
export interface Sample {
  readonly routingKey: string;
  readonly headers: JsonObject;
  /** Which messages it stands for: `key order.#`; absent where nothing tells them apart. */
  readonly about?: string;
  /** The pattern of which it is one key. */
  readonly pattern?: string;
}

/** The words of an exchange's bindings on both sides, and of what they lead to. */
interface Found {
  /** Keys, and the pattern as written that each of them matches. */
  readonly keys: Map<string, string>;
  readonly headers: Map<string, JsonObject>;
}

/**
 * Messages to publish to an exchange, such that each binding that differs on their way is matched by one, as far as a
 * key can: the keys of those bindings, of the ones that share messages with them and of all on the way to them, with
 * unbound words instead of wildcards; and a message that no binding names.
 */
export function samplesOf(exchange: string, sides: readonly Vhost[], touched: TouchedExchanges): Sample[] {
  const found: Found = { keys: new Map(), headers: new Map() };
  const seen = new Set([exchange]);
  for (const name of seen) {
    const own = touched.own.get(name);
    const patterns = new TopicTrie<true>();
    for (const binding of own?.bindings ?? []) {
      collect(binding, typeOf(name, sides), found);
      patterns.add(binding.key, true);
    }
    for (const side of sides) {
      const current = side.exchange(name);
      for (const binding of current?.outgoing ?? []) {
        const leads = !binding.toQueue && touched.leading.has(binding.destination);
        if (leads) seen.add(binding.destination);
        const isShared = current?.type === 'topic' && own && matches(patterns, binding.key);
        if (leads || own?.whole || isShared) collect(binding, current?.type, found);
      }
      const alternate = current?.alternate?.value;
      if (typeof alternate === 'string' && touched.leading.has(alternate)) seen.add(alternate);
    }
  }
  const { keys, headers } = found;
  const other: Sample = {
    routingKey: fresh(keys.values()),
    headers: {},
    ...(keys.size + headers.size > 0 && { about: 'anything else' }),
  };
  const byKey = Array.from(
    keys,
    ([routingKey, pattern]): Sample => ({
      routingKey,
      headers: {},
      about: `key ${pattern}`,
      ...(pattern !== routingKey && { pattern }),
    }),
  );
  const byHeaders = Array.from(headers, ([text, args]) =>
    [other, ...byKey].map(
      (sample): Sample => ({
        routingKey: sample.routingKey,
        headers: args,
        about: sample === other ? `headers ${text}` : `${sample.about}, headers ${text}`,
      }),
    ),
  ).flat();
  const isNamed = keys.has(other.routingKey);
  return [...byKey, ...byHeaders, ...(isNamed ? [] : [other])];
}

function typeOf(exchange: string, sides: readonly Vhost[]): string | undefined {
  return sides.map((side) => side.exchange(exchange)?.type).find((type) => type !== undefined);
}

/** Whether messages of a binding that is on both sides meet one that differs, too. */
function matches(patterns: TopicTrie<true>, key: string): boolean {
  return !patterns.matching(splitKey(literal(key))).next().done;
}

function collect({ key, arguments: args }: Binding, type: string | undefined, found: Found): void {
  if (type === 'headers') {
    const wanted = Object.entries(args).filter(([name]) => name !== 'x-match');
    if (wanted.length > 0) found.headers.set(headersText(wanted), Object.fromEntries(wanted.map(satisfying)));
  } else if (type === 'topic') {
    found.keys.set(literal(key), key);
  } else if (type === 'direct') {
    found.keys.set(key, key);
  }
}

/** A word that no sensible topology binds. */
const WORD = 'any-word';

function literal(pattern: string): string {
  return pattern
    .split('.')
    .map((word) => (word === '*' || word === '#' ? WORD : word))
    .join('.');
}

/** A key that no binding names; longer than all where somebody does use the word. */
function fresh(patterns: Iterable<string>): string {
  let word = WORD;
  for (const pattern of patterns) while (pattern.split('.').includes(word)) word = `${word}-`;
  return word;
}

/** A header that only has to be there may have any value. */
function satisfying([name, value]: [string, Json]): [string, Json] {
  return [name, isVoid(value) ? WORD : value];
}

function headersText(wanted: readonly (readonly [string, Json])[]): string {
  return wanted
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
