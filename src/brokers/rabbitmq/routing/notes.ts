import {
  formatDuration,
  isObject,
  type Json,
  nearestWord,
  oncePer,
  parseAddress,
  type Resource,
  type RouteHop,
  type RouteNode,
} from '../../../model/index.ts';
import { formatUnit } from '../fields/field.ts';
import { unitOf } from '../fields/queue.ts';
import { tableOf } from '../kinds/parts.ts';
import { isKept, ttlOf } from './journey.ts';
import type { Message, Reason } from './message.ts';
import { deliveryLimit, overflowOf } from './reachability.ts';
import { choiceOf, endsOf, isKnownType } from './router.ts';
import type { Binding, Exchange, Queue } from './topology.ts';

/*
 * The words for what happens to a message in an exchange or queue.
 */

/** A way by which a message leaves a queue without being consumed. */
export type WayOut = readonly [reason: Reason, text: string];

/** All of a queue; a stream has none. */
export function waysOut(queue: Queue, message: Message, version: string): WayOut[] {
  if (queue.type === 'stream') return [];
  const ttl = ttlOf(queue, message);
  const limit = queue.type === 'quorum' ? deliveryLimit(queue, version) : undefined;
  const usual = queue.setting('delivery-limit') ? '' : ' (the default)';
  const full = lengthsOf(queue);
  const ways: WayOut[] = [['rejected', 'rejected']];
  if (ttl !== undefined) {
    ways.push(['expired', ttl === 0 ? 'expired at once' : `expired after ${formatDuration(ttl, 'ms')}`]);
  }
  if (limit !== undefined) ways.push(['delivery_limit', `returned more than ${limit} times${usual}`]);
  if (full.length > 0 && overflowOf(queue) !== 'reject-publish') {
    ways.push(['maxlen', `over ${full.join(' or ')}`]);
  }
  return ways;
}

/** `rejected, expired after 10s, or over max-length 5`. */
export function wordsOf(ways: readonly WayOut[]): string {
  const words = ways.map(([, text]) => text);
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`;
}

/** `max-length 1000`, as it holds. */
function lengthsOf(queue: Queue): string[] {
  return ['max-length', 'max-length-bytes'].flatMap((name) => {
    const value = queue.setting(name)?.value;
    return value === undefined ? [] : [`${name} ${formatUnit(value, unitOf(name)) ?? JSON.stringify(value)}`];
  });
}

/** What happens in a queue that leads nowhere. */
export function queueNotes(queue: Queue, ways: readonly WayOut[]): string[] {
  if (queue.type === 'stream') {
    const age = queue.setting('max-age')?.value;
    return [`kept${age === undefined ? '' : ` for ${String(age)}`}: reading a stream takes nothing from it`];
  }
  const notes: string[] = [];
  const full = lengthsOf(queue);
  if (full.length > 0 && overflowOf(queue) !== 'drop-head') {
    notes.push(`at ${full.join(' or ')}: publishers are refused`);
  }
  if (!queue.setting('dead-letter-exchange')) notes.push(`${wordsOf(ways)}: dropped`);
  else if (isKept(queue)) notes.push('at-least-once: kept until the dead-letter exchange routes it');
  return notes;
}

/** What is special about an exchange's type. */
export function typeNotes(exchange: Exchange): string[] {
  const { type, resource } = exchange;
  const choice = choiceOf(exchange);
  const ends = endsOf(exchange).size;
  return [
    ...(choice !== undefined && ends > 1 ? [`given to one of these ${ends}, ${choice}`] : []),
    ...(isKnownType(type) ? [] : [`the routing of type ${type} is not known: any of these may get it`]),
    ...(resource?.spec.type === 'x-delayed-message' ? ['held for as long as its header x-delay says'] : []),
  ];
}

/** Keys that are compared with one that no binding matches. */
const MOST_KEYS = 1_000;

/** Why an exchange passes a message to nobody. */
export function unroutedNote(exchange: Exchange, { keys }: Message, then: string): string {
  const { name, type, outgoing } = exchange;
  const [key = ''] = keys;
  if (outgoing.length === 0) return `${name === '' ? 'there are no queues' : 'it has no bindings'}: ${then}`;
  const what = name === '' ? 'no queue has this name' : 'no binding matches';
  const known = type === 'direct' || type === 'topic' ? outgoing.slice(0, MOST_KEYS) : [];
  const nearest = nearestWord(
    key,
    known.map((one) => one.key),
  );
  return `${what}: ${then}${nearest === undefined ? '' : `; the nearest ${name === '' ? 'is' : 'key is'} ${nearest}`}`;
}

/** What of a binding decides. */
export function bindingLabel({ key, arguments: args }: Binding, { name, type }: Exchange): string {
  if (name === '' || type === 'fanout' || type === 'x-recent-history') return '';
  if (type === 'x-consistent-hash') return `weight ${key}`;
  if (type !== 'headers') return key === '' ? 'empty key' : `key ${key}`;
  const wanted = Object.entries(args).map(([header, value]) => `${header}=${valueText(value)}`);
  return wanted.length === 0 ? 'any headers' : wanted.join(' ');
}

function valueText(value: Json): string {
  if (isObject(value) && typeof value.$type === 'string') {
    return value.$type === 'void' ? '(present)' : valueText(value.value ?? null);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** By vhost and name of a queue or exchange: what else carries messages from or to it. */
export const linkNotes = oncePer((resources: readonly Resource[]): ReadonlyMap<string, readonly string[]> => {
  const notes = new Map<string, string[]>();
  for (const { address, spec } of resources) {
    const { kind, path } = parseAddress(address);
    const [vhost = '', component = '', name = ''] = path;
    if (kind !== 'parameter' || component !== 'shovel') continue;
    const value = tableOf(spec.value);
    for (const end of ['queue', 'exchange']) {
      const source = value[`src-${end}`];
      if (typeof source !== 'string') continue;
      const key = linkKey(vhost, end, source);
      notes.set(key, [...(notes.get(key) ?? []), `shovel ${name} takes messages from a ${end} of this name`]);
    }
  }
  return notes;
});

export function linkKey(vhost: string, kind: string, name: string): string {
  return JSON.stringify([vhost, kind, name]);
}

/** What a policy lets federate. */
export function federationNote(definition: (key: string) => Json | undefined): string[] {
  const upstream = definition('federation-upstream') ?? definition('federation-upstream-set');
  return upstream === undefined
    ? []
    : [`federated: also gets messages from ${upstream === 'all' ? 'all upstreams' : `upstream ${upstream}`}`];
}

/** A hop, with what a ring of dead letters depends on. */
export interface RingHop extends RouteHop {
  /** Of dead letters: by what they leave the queue. */
  readonly ways?: readonly WayOut[];
  /** Milliseconds in the queue before they expire. */
  readonly ttl?: number;
}

/** A node in the making. */
export interface Draft extends RouteNode {
  readonly notes: string[];
  readonly next: RingHop[];
}

/**
 * Says at a queue to which dead letters come back when they do, and what becomes of them: the broker drops those
 * that no consumer has rejected on the way. https://www.rabbitmq.com/docs/dlx#cycles
 */
export function addRingNotes(drafts: readonly Draft[]): void {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const path: { draft: Draft; hop?: RingHop }[] = [];
  const done = new Set<string>();
  const onPath = new Map<string, number>();
  const visit = (draft: Draft): void => {
    onPath.set(draft.id, path.length);
    const place: { draft: Draft; hop?: RingHop } = { draft };
    path.push(place);
    for (const hop of draft.next) {
      place.hop = hop;
      const next = byId.get(hop.to);
      const start = next && onPath.get(next.id);
      if (start !== undefined) noteRing(path.slice(start));
      else if (next && !done.has(next.id)) visit(next);
    }
    path.pop();
    onPath.delete(draft.id);
    done.add(draft.id);
  };
  const [first] = drafts;
  if (first) visit(first);
}

function noteRing(ring: readonly { draft: Draft; hop?: RingHop }[]): void {
  const letters = ring.flatMap(({ hop }) => (hop?.ways ? [hop] : []));
  const queue = ring.find(({ draft }) => draft.kind === 'queue')?.draft;
  // A ring of exchange bindings alone passes a message once.
  if (letters.length === 0 || !queue) return;
  const has = ({ ways }: RingHop, wanted: (reason: string) => boolean) =>
    ways?.some(([reason]) => wanted(reason)) ?? false;
  const isAutomatic = letters.every((hop) => has(hop, (reason) => reason !== 'rejected'));
  const delay = letters.reduce((sum, { ttl = 0 }) => sum + ttl, 0);
  const back = `dead letters come back here${delay > 0 ? ` after ${formatDuration(delay, 'ms')}` : ''}`;
  const note = isAutomatic
    ? `${back}: dropped then, unless a consumer rejected them on the way`
    : `${back}, again and again until a consumer accepts them`;
  if (!queue.notes.includes(note)) queue.notes.push(note);
}
