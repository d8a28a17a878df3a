import { canonicalJson } from '../../../model/index.ts';
import type { Binding, Exchange, Vhost } from './topology/model.ts';

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
  const lead = (source: string, target: string) => {
    const known = from.get(target);
    if (known) known.push(source);
    else from.set(target, [source]);
  };
  for (const vhost of vhosts) {
    for (const { source, destination, toQueue } of vhost.bindings) if (!toQueue) lead(source, destination);
    for (const { name, alternate } of vhost.exchanges.values()) {
      if (typeof alternate?.value === 'string') lead(name, alternate.value);
    }
  }
  const leading = new Set(touched);
  // A Set visits what is added while it is walked.
  for (const name of leading) for (const source of from.get(name) ?? []) leading.add(source);
  return leading;
}
