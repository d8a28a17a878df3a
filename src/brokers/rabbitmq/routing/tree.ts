import {
  append,
  makeAddress,
  placeOf,
  type RoutedTopology,
  type RouteHop,
  type RouteNode,
} from '../../../model/index.ts';
import { matchesDeaths } from './delivery.ts';
import { deadLettered, type Message, routed } from './message.ts';
import {
  addRingNotes,
  bindingLabel,
  type Draft,
  federationNote,
  linkKey,
  linkNotes,
  queueNotes,
  type RingHop,
  typeNotes,
  unroutedNote,
  type WayOut,
  waysOut,
  wordsOf,
} from './notes.ts';
import { edges } from './router.ts';
import type { Exchange, Queue, Setting, Vhost } from './topology.ts';

/** More than people read. */
const MOST_NODES = 200;
const MOST_HOPS = 1_000;

interface Work {
  readonly draft: Draft;
  readonly message: Message;
  readonly name: string;
  readonly kind: 'exchange' | 'queue';
  /** How it came to an exchange. */
  readonly by?: 'publisher' | 'dead-letter' | 'binding' | 'alternate';
}

/** The ways of one message, breadth first: nodes that are further away are the first to be left out. */
export class RouteTree {
  readonly #vhost: Vhost;
  readonly #topology: RoutedTopology;
  readonly #nodes = new Map<string, Draft>();
  readonly #work: Work[] = [];
  #hops = 0;
  #cut = 0;

  constructor(vhost: Vhost, topology: RoutedTopology) {
    this.#vhost = vhost;
    this.#topology = topology;
  }

  build(message: Message): { readonly nodes: readonly RouteNode[]; readonly cut: number } {
    this.#node({ kind: 'exchange', name: message.exchange, by: 'publisher' }, message);
    for (const work of this.#work) {
      if (work.kind === 'queue') this.#fromQueue(work);
      else this.#fromExchange(work);
    }
    addRingNotes([...this.#nodes.values()]);
    return { nodes: [...this.#nodes.values()], cut: this.#cut };
  }

  /** The id of a node, made when first needed; undefined where there are too many. */
  #node(place: Omit<Work, 'draft' | 'message'>, message: Message): string | undefined {
    const { kind, name, by } = place;
    // As an alternate exchange the default exchange routes nothing, and is another node.
    const isDead = name === '' && (by === 'alternate' || by === 'binding');
    const { keys, headers, expiration = null } = message;
    const state = [keys, expiration, matchesDeaths(this.#vhost) ? headers : null];
    const id = JSON.stringify([kind, name, state, isDead]);
    if (this.#nodes.has(id)) return id;
    if (this.#nodes.size >= MOST_NODES) return undefined;
    const { name: vhost } = this.#vhost;
    const found = kind === 'queue' ? this.#vhost.queues.get(name) : this.#vhost.exchange(name);
    const at = found?.resource?.at;
    const draft: Draft = {
      id,
      address: makeAddress(this.#topology.broker.name, kind, vhost, name),
      kind,
      role: kind === 'queue' ? 'store' : 'router',
      name: kind === 'exchange' && name === '' ? '(default)' : name,
      detail: name === '' ? '' : String(found?.resource?.spec.type ?? found?.type ?? ''),
      ...(at && { at }),
      notes: [],
      next: [],
    };
    this.#nodes.set(id, draft);
    this.#work.push({ ...place, draft, message });
    return id;
  }

  #hop(from: Draft, to: string | undefined, hop: Omit<RingHop, 'to'>): void {
    this.#hops++;
    if (to === undefined || this.#hops > MOST_HOPS) this.#cut++;
    else from.next.push({ ...hop, to });
  }

  #fromExchange({ draft, message, name, by }: Work): void {
    const exchange = this.#vhost.exchange(name);
    const { live } = this.#topology;
    if (!exchange) {
      draft.notes.push(live ? 'missing: the message is dropped' : 'not declared here');
      return;
    }
    let count = 0;
    const isOnlyAlternate = name === '' && (by === 'alternate' || by === 'binding');
    for (const { from, to, binding } of edges(this.#vhost, name, routed(message), isOnlyAlternate)) {
      if (from.name !== name) break;
      count++;
      const at = binding ? binding.resource.at : settingPlace(exchange.alternate);
      const kind = to.kind === 'queue' || to.kind === 'undeclared-queue' ? 'queue' : 'exchange';
      const next = { kind, name: to.name, by: binding ? 'binding' : 'alternate' } as const;
      this.#hop(draft, this.#node(next, message), {
        role: binding ? 'route' : 'alternate',
        label: binding ? bindingLabel(binding, from) : 'no binding matches',
        ...(at && { at }),
      });
    }
    if (count === 0) draft.notes.push(unroutedNote(exchange, message, UNROUTED[by ?? 'binding']));
    append(draft.notes, typeNotes(exchange), this.#linksOf('exchange', exchange));
  }

  #fromQueue({ draft, message, name }: Work): void {
    const queue = this.#vhost.queues.get(name);
    if (!queue) {
      draft.notes.push('not declared here');
      return;
    }
    const ways = waysOut(queue, message, this.#vhost.version);
    for (const some of matchesDeaths(this.#vhost) ? ways.map((way) => [way]) : [ways]) {
      this.#deadLetter(draft, queue, message, some);
    }
    append(draft.notes, queueNotes(queue, ways), this.#linksOf('queue', queue));
  }

  #deadLetter(draft: Draft, queue: Queue, message: Message, ways: readonly WayOut[]): void {
    const [first] = ways;
    const sent = first && deadLettered(message, queue, first[0], this.#vhost.version);
    if (!sent) return;
    const key = queue.setting('dead-letter-routing-key')?.value;
    const at = settingPlace(queue.setting('dead-letter-exchange'));
    const to = this.#node({ kind: 'exchange', name: sent.exchange, by: 'dead-letter' }, sent);
    this.#hop(draft, to, {
      role: 'dead-letter',
      label: `${wordsOf(ways)}${typeof key === 'string' ? `, with key ${key}` : ''}`,
      ...(at && { at }),
      ways,
      ttl: Number(queue.setting('message-ttl')?.value ?? message.expiration ?? 0),
    });
  }

  #linksOf(kind: 'exchange' | 'queue', found: Exchange | Queue): string[] {
    const notes = linkNotes(this.#topology.resources).get(linkKey(this.#vhost.name, kind, found.name)) ?? [];
    const definition = (key: string) =>
      'setting' in found ? found.setting(key)?.value : found.policies[0]?.definition[key];
    return [...notes, ...federationNote(definition)];
  }
}

const DROPPED = 'the message is dropped';
const UNROUTED = {
  publisher: `${DROPPED}, or returned to a publisher that sets mandatory`,
  'dead-letter': DROPPED,
  binding: 'nothing goes on from here',
  alternate: 'nothing goes on from here',
};

function settingPlace(setting: Setting | undefined): RouteHop['at'] {
  return setting && placeOf(setting.resource, setting.path);
}
