import { type JsonObject, toBigInt } from '../../../model/index.ts';
import { ADVISORY } from '../fields/subjects.ts';
import { type Account, type Consumer, type Copy, firstMatch, type Stream } from './account.ts';
import { EXPECTED, type Fate, fateIn, hasHeader, refusal } from './fate.ts';
import { type Match, match, type Subject, subjectText, tokensOf, transformed } from './subject.ts';

/*
 * Where one message goes: server/stream.go and server/consumer.go of 2.9 to 2.15, compared with these servers by
 * test/live/nats/routing.test.ts.
 */

/** How a message comes to the next stop. */
type Via =
  | { readonly type: 'subjects'; readonly pattern: string }
  | { readonly type: 'mirror' | 'source' | 'consumer'; readonly filter: string }
  | { readonly type: 'republish'; readonly headersOnly: boolean }
  | { readonly type: 'push' | 'advisory' };

export interface Hop {
  readonly via: Via;
  /** The `id` of a stop. */
  readonly to: string;
  /** False where a random number decides. */
  readonly isCertain: boolean;
}

interface Common {
  readonly id: string;
  readonly hops: Hop[];
  /** It is not the message that comes here, but the advisory that a consumer has given it up. */
  readonly isAdvisory: boolean;
}

/** A subject that a message is published on: by its client, by a stream again, or by a push consumer. */
export interface SubjectStop extends Common {
  readonly type: 'subject';
  readonly at: Subject;
}

export interface StreamStop extends Common {
  readonly type: 'stream';
  readonly stream: Stream;
  /** The subject that it has in the stream; undefined where chance decides how many tokens that has. */
  readonly subject: Subject | undefined;
  /** The subject that it had where it comes from. */
  readonly before: Subject | undefined;
  readonly fate: Fate;
  /** Why it is refused or unwanted. */
  readonly why?: string;
}

export interface ConsumerStop extends Common {
  readonly type: 'consumer';
  readonly stream: Stream;
  readonly consumer: Consumer;
  readonly subject: Subject;
}

export type Stop = SubjectStop | StreamStop | ConsumerStop;

export interface Message {
  readonly subject: string;
  readonly headers: JsonObject;
}

export interface Flow {
  /** By id; the first is where the message is published. */
  readonly stops: ReadonlyMap<string, Stop>;
  /** The ids of those that it comes to whatever chance and subscribers are. */
  readonly certain: ReadonlySet<string>;
  /** Stops that were not followed, as there are too many. */
  readonly cut: number;
  /** It comes back again and again under subjects that become longer. */
  readonly grows: boolean;
}

/** More than any topology has, other than one that publishes a message again and again under longer subjects. */
const MOST = 10_000;
/** Bytes of a subject that servers take by default: `max_control_line`. */
export const LONGEST = 4096;

export function flowOf(account: Account, { subject, headers }: Message): Flow {
  return new Walk(account, headers).from(tokensOf(subject));
}

/** A message on its way. */
interface State {
  readonly subject: Subject;
  /** It came through a source, which leaves its own header on it. */
  readonly isSourced: boolean;
  /** It has a header that names the stream which is to store it. */
  readonly isExpecting: boolean;
  readonly isAdvisory: boolean;
}

interface Arrival {
  readonly from: Stop;
  readonly via: Via;
  readonly state: State;
  readonly match: Match;
}

class Walk {
  readonly #account: Account;
  readonly #headers: JsonObject;
  readonly #stops = new Map<string, Stop>();
  /** What is to be done for the stops, in the order in which they were found. */
  readonly #work: (() => void)[] = [];
  #cut = 0;
  #grows = false;

  constructor(account: Account, headers: JsonObject) {
    this.#account = account;
    this.#headers = headers;
  }

  from(subject: Subject): Flow {
    const first: SubjectStop = { id: 'publish', type: 'subject', at: subject, hops: [], isAdvisory: false };
    this.#stops.set(first.id, first);
    const isExpecting = hasHeader(this.#headers, EXPECTED);
    this.#capture(first, { subject, isSourced: false, isExpecting, isAdvisory: false }, subject);
    // Work adds work.
    for (const step of this.#work) step();
    return {
      stops: this.#stops,
      certain: certainIn(this.#stops, first.id),
      cut: this.#cut,
      grows: this.#grows,
    };
  }

  /**
   * Streams store what is published on a subject, which for a push consumer is not the one that the message has. A push
   * consumer is active only while somebody subscribes to exactly its subject: a stream with a wildcard does not count.
   */
  #capture(from: Stop, state: State, at: Subject, type: 'publish' | 'push' | 'advisory' = 'publish'): void {
    if (at.includes('')) return;
    for (const { stream, pattern, match } of this.#account.storing(at)) {
      const via: Via = type === 'advisory' ? { type } : { type: 'subjects', pattern };
      const isSure = type !== 'push' || pattern === subjectText(at);
      this.#arrive(stream, { from, via, state, match: isSure ? match : 'maybe' });
    }
  }

  #arrive(stream: Stream, { from, via, state, match }: Arrival): void {
    const subject = transformed(state.subject, stream.transform);
    const before = from.type === 'stream' ? from.subject : from.type === 'subject' ? from.at : subject;
    const by = via.type === 'mirror' || via.type === 'source' ? via.type : 'publish';
    const headers = state.isAdvisory ? {} : this.#headers;
    const { rules } = this.#account;
    const refused = refusal(stream.name, stream.resource.spec, { ...state, by, headers }, rules);
    const wanted = refused === undefined && subject ? fateIn(stream, subject, rules) : undefined;
    const fate = refused === undefined ? (wanted?.fate ?? 'stored') : 'refused';
    const why = refused ?? wanted?.why;
    const text = subject ? subjectText(subject) : '';
    const parts = ['stream', stream.name, text, ...marksOf(state), fate];
    const stop = this.#reach(from, via, parts, match === 'yes' && wanted?.isCertain !== false, (id) => ({
      ...{ id, type: 'stream', stream, subject, before, fate, hops: [], isAdvisory: state.isAdvisory },
      ...(why !== undefined && { why }),
    }));
    if (!stop || !subject || fate === 'refused' || fate === 'unwanted') return;
    if (text.length > LONGEST) {
      this.#grows = true;
      this.#cut++;
    } else this.#work.push(() => this.#leave(stop, stream, { ...state, subject }));
  }

  /** From a stream to its consumers, to its copies, and to the subject that it publishes on again. */
  #leave(from: Stop, stream: Stream, state: State): void {
    const { subject, isAdvisory } = state;
    for (const consumer of stream.consumers) {
      const found = firstMatch(subject, consumer.filters);
      if (!found) continue;
      const parts = ['consumer', stream.name, consumer.name, subjectText(subject), ...marksOf(state)];
      const via: Via = { type: 'consumer', filter: found.filter.text };
      // No consumer is woken for a subject with an empty token: it comes along with the next message.
      const isSure = found.match === 'yes' && !subject.includes('');
      const stop = this.#reach(from, via, parts, isSure, (id) => ({
        ...{ id, type: 'consumer', stream, consumer, subject, hops: [], isAdvisory },
      }));
      if (stop) this.#work.push(() => this.#deliver(stop, stream, consumer, state));
    }
    for (const copy of stream.copies) this.#copy(from, copy, state);
    const { republish } = stream;
    if (!republish) return;
    const found = match(subject, republish.transform.source);
    const again = found === 'no' ? undefined : republish.transform.apply(subject);
    if (!again) return;
    const via: Via = { type: 'republish', headersOnly: republish.headersOnly };
    this.#publishAgain(from, via, found === 'yes', { ...state, subject: again }, again);
  }

  #copy(from: Stop, { kind, to, filters, isUncertain }: Copy, state: State): void {
    const target = this.#account.streams.get(to);
    const found = firstMatch(state.subject, filters);
    if (!target || !found) return;
    const { filter } = found;
    const subject =
      filter.transform && found.match === 'yes' ? filter.transform.apply(state.subject) : state.subject;
    // Where chance decides, it comes with some subject or does not come: the subject that it has is as good as any.
    const next = {
      ...state,
      subject: subject ?? state.subject,
      isSourced: state.isSourced || kind === 'source',
      isExpecting: state.isExpecting && !this.#account.rules.expectations[kind],
    };
    const isSure = found.match === 'yes' && subject !== undefined && !isUncertain;
    this.#arrive(target, {
      from,
      via: { type: kind, filter: filter.text },
      state: next,
      match: isSure ? 'yes' : 'maybe',
    });
  }

  #deliver(from: Stop, stream: Stream, { name, resource }: Consumer, state: State): void {
    const { deliver_subject: to, max_deliver: most } = resource.spec;
    if (typeof to === 'string') this.#publishAgain(from, { type: 'push' }, true, state, tokensOf(to));
    if (state.isAdvisory || (toBigInt(most) ?? -1n) < 1n) return;
    const subject = tokensOf(`${ADVISORY}.${stream.name}.${name}`);
    const advisory = { subject, isSourced: false, isExpecting: false, isAdvisory: true };
    this.#capture(from, advisory, subject, 'advisory');
  }

  #publishAgain(from: Stop, via: Via, isCertain: boolean, state: State, at: Subject): void {
    const { subject, isAdvisory } = state;
    const parts = ['subject', subjectText(at), subjectText(subject), ...marksOf(state)];
    const stop = this.#reach(from, via, parts, isCertain, (id) => ({
      ...{ id, type: 'subject', at, hops: [], isAdvisory },
    }));
    const type = via.type === 'push' ? 'push' : 'publish';
    if (stop) this.#work.push(() => this.#capture(stop, state, at, type));
  }

  /** @returns the stop if it is a new one */
  #reach(
    from: Stop,
    via: Via,
    parts: readonly string[],
    isCertain: boolean,
    make: (id: string) => Stop,
  ): Stop | undefined {
    const id = parts.join(' ');
    const known = this.#stops.has(id);
    if (!known && this.#stops.size >= MOST) {
      this.#cut++;
      return undefined;
    }
    from.hops.push({ via, to: id, isCertain });
    if (known) return undefined;
    const stop = make(id);
    this.#stops.set(id, stop);
    return stop;
  }
}

/** What else makes it go on differently, for the id of a stop. */
function marksOf({ isSourced, isExpecting, isAdvisory }: State): string[] {
  return [
    ...(isSourced ? ['sourced'] : []),
    ...(isExpecting ? ['expecting'] : []),
    ...(isAdvisory ? ['advisory'] : []),
  ];
}

function certainIn(stops: ReadonlyMap<string, Stop>, first: string): Set<string> {
  const found = new Set([first]);
  for (const id of found) {
    for (const { to, isCertain } of stops.get(id)?.hops ?? []) if (isCertain) found.add(to);
  }
  return found;
}
