import {
  listed,
  placeOf,
  type Resource,
  type Route,
  type RoutedTopology,
  type RouteHop,
  type RouteNode,
  type Source,
} from '../../../model/index.ts';
import { identify, STREAM_NOUNS } from '../kinds/addresses.ts';
import type { Account } from './account.ts';
import type { Flow, Hop, Message, Stop, StreamStop, SubjectStop } from './flow.ts';
import { nearestSubject } from './nearest.ts';
import { consumerNotes, streamNotes } from './notes.ts';
import { subjectText } from './subject.ts';
import { consumerText, isEndless, summarize } from './summary.ts';

/** A message, and where it goes. */
export interface Asked {
  readonly account: Account;
  readonly message: Message;
  readonly topology: RoutedTopology;
  readonly flow: Flow;
}

/** More nodes than people read. */
const MOST = 500;

export function routeOf(asked: Asked): Route {
  const { message, topology, flow } = asked;
  const stops = [...flow.stops.values()];
  const shown = new Map(stops.slice(0, MOST).map((stop) => [stop.id, stop]));
  return {
    subject: `message to subject ${message.subject}`,
    broker: topology.broker,
    nodes: Array.from(shown.values(), (stop) => nodeOf(stop, shown, asked)),
    result: resultOf(asked),
    cut: stops.length - shown.size + flow.cut,
  };
}

function resultOf({ flow, topology }: Asked): string {
  const { stored, perhapsStored, delivered, perhapsDelivered, lost } = summarize(flow);
  const places = withPerhaps('stream', stored, perhapsStored);
  const receivers = withPerhaps('consumer', delivered, perhapsDelivered);
  const end = isEndless(flow) ? '; it comes back, and is stored without end' : '';
  const first = flow.stops.values().next().value;
  if (first?.hops.length === 0) {
    return `stored nowhere: no ${topology.live ? '' : 'declared '}stream has a matching subject. A JetStream publish fails with "no responders"; core subscribers still receive the message`;
  }
  const to = receivers === '' ? 'delivered to no consumer' : withVerb('delivered to', receivers);
  if (places !== '') return `${withVerb('stored in', places)}; ${to}${end}`;
  const through = listed('stream', [...lost.keys()]);
  return receivers === '' ? `stored nowhere: ${through} does not keep it` : `stored nowhere; ${to}${end}`;
}

function withVerb(verb: string, places: string): string {
  const [first, ...rest] = places.split(' ');
  return first === 'perhaps' ? `perhaps ${verb} ${rest.join(' ')}` : `${verb} ${places}`;
}

/** `streams A, B, and perhaps stream C`; empty for none. */
export function withPerhaps(noun: string, sure: Iterable<string>, perhaps: Iterable<string>): string {
  const [known, unknown] = [[...sure].sort(), [...perhaps].sort()];
  return [
    ...(known.length > 0 ? [listed(noun, known)] : []),
    ...(unknown.length > 0 ? [`perhaps ${listed(noun, unknown)}`] : []),
  ].join(', and ');
}

function nodeOf(stop: Stop, shown: ReadonlyMap<string, Stop>, asked: Asked): RouteNode {
  const next = stop.hops.flatMap((hop) => {
    const to = shown.get(hop.to);
    return to ? [hopOf(hop, stop, to)] : [];
  });
  const { id } = stop;
  switch (stop.type) {
    case 'subject':
      return {
        ...{ id, kind: 'subject', role: 'subject', name: subjectText(stop.at), detail: '' },
        ...{ notes: subjectNotes(stop, asked), next },
      };
    case 'stream': {
      const { stream } = stop;
      return {
        ...{ id, kind: 'stream', role: 'store', name: stream.name, detail: streamDetail(stop) },
        ...{ notes: streamNotes(stop), next },
        ...resourceOf(stream.resource),
      };
    }
    case 'consumer': {
      const { consumer } = stop;
      const detail = typeof consumer.resource.spec.deliver_subject === 'string' ? 'push' : 'pull';
      return {
        ...{ id, kind: 'consumer', role: 'client', name: consumerText(stop), detail },
        ...{ notes: consumerNotes(stop, shown), next },
        ...resourceOf(consumer.resource),
      };
    }
  }
}

function resourceOf({ address, at }: Resource): Pick<RouteNode, 'address' | 'at'> {
  return { address, ...(at && { at }) };
}

/** `limits, as shop.orders.paid`. */
function streamDetail({ stream, subject, before }: StreamStop): string {
  const { kind } = identify(stream.name);
  const { retention } = stream.resource.spec;
  const sort = kind === 'stream' ? String(retention) : STREAM_NOUNS[kind];
  const own = subject && subjectText(subject);
  return own === undefined || own === (before && subjectText(before)) ? sort : `${sort}, as ${own}`;
}

function subjectNotes({ id, hops }: SubjectStop, { account, message, topology }: Asked): string[] {
  if (id !== 'publish') return ['core subscribers receive it'];
  if (hops.length > 0) return [];
  const near = nearestSubject(message.subject, account);
  return [
    `no ${topology.live ? '' : 'declared '}stream stores it`,
    ...(near ? [`the nearest subject is ${near.subject} of stream ${near.stream}`] : []),
  ];
}

function hopOf(hop: Hop, from: Stop, to: Stop): RouteHop {
  const { via, isCertain } = hop;
  const { role, label, at } = hopWords(hop, from, to);
  const text = isCertain || via.type === 'consumer' ? label : ['perhaps', label].filter(Boolean).join(' ');
  return { role, label: text, to: hop.to, ...(at && { at }) };
}

type HopWords = Pick<RouteHop, 'role' | 'label' | 'at'>;

function hopWords({ via, isCertain }: Hop, from: Stop, to: Stop): HopWords {
  const ofStream = (...path: string[]) =>
    from.type === 'stream' ? placeOf(from.stream.resource, path) : undefined;
  const ofTarget = (...path: string[]) =>
    to.type === 'stream' ? placeOf(to.stream.resource, path) : undefined;
  const ofConsumer = (stop: Stop, ...path: string[]) =>
    stop.type === 'consumer' ? placeOf(stop.consumer.resource, path) : undefined;
  switch (via.type) {
    case 'subjects':
      return words('route', via.pattern, ofTarget('subjects'));
    case 'mirror':
    case 'source': {
      const field = via.type === 'mirror' ? 'mirror' : 'sources';
      return words('copy', filtered(via.type, via.filter), ofTarget(field));
    }
    case 'consumer': {
      const label = via.filter === '>' ? '' : via.filter;
      return words(
        'consume',
        isCertain ? label : `perhaps ${label}`.trim(),
        ofConsumer(to, 'filter_subjects'),
      );
    }
    case 'republish':
      return words('copy', via.headersOnly ? 'republish, headers only' : 'republish', ofStream('republish'));
    case 'push':
      return words('route', 'push', ofConsumer(from, 'deliver_subject'));
    case 'advisory':
      return words('dead-letter', 'given up: advisory', ofConsumer(from, 'max_deliver'));
  }
}

function words(role: RouteHop['role'], label: string, at: Source | undefined): HopWords {
  return { role, label, ...(at && { at }) };
}

function filtered(word: string, filter: string): string {
  return filter === '>' ? word : `${word} of ${filter}`;
}
