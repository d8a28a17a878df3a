import {
  formatCount,
  formatDuration,
  type Json,
  type JsonObject,
  listed,
  placeOf,
  type Resource,
  type Route,
  type RoutedTopology,
  type RouteHop,
  type RouteNode,
  type Source,
  toBigInt,
} from '../../../model/index.ts';
import { ADVISORY } from '../fields/subjects.ts';
import { listIn, numberIn, sizeText } from '../fields/values.ts';
import { identify, STREAM_NOUNS } from '../kinds/addresses.ts';
import { type Account, nearestSubject } from './account.ts';
import type { ConsumerStop, Flow, Hop, Message, Stop, StreamStop, SubjectStop } from './flow.ts';
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

/** What happens to a message in a stream, beside going on to others. */
function streamNotes({ stream, subject, fate, why, isAdvisory }: StreamStop): string[] {
  const { spec } = stream.resource;
  if (fate === 'refused') return [`refused: ${why}`];
  if (fate === 'unwanted') return [`not stored: ${why}`];
  return [
    ...(subject ? [] : ['a random number decides its subject: not followed any further']),
    ...(subject?.includes('') ? ['its subject has an empty token, which filters may overlook'] : []),
    ...(fate === 'passing' ? ['deleted once it is copied: no consumer keeps it here'] : []),
    ...(isAdvisory ? [] : limitNotes(spec)),
  ];
}

/** Limits at which it is refused. */
function limitNotes(spec: JsonObject): string[] {
  const size = numberIn(spec.max_msg_size);
  return [
    ...(size > 0n ? [`refused if it is larger than ${sizeText(size)}`] : []),
    ...(spec.discard === 'new' ? fullNotes(spec) : []),
  ];
}

function fullNotes(spec: JsonObject): string[] {
  const limits = [
    ...limit(spec.max_msgs, (count) => `${formatCount(count)} messages`),
    ...limit(spec.max_bytes, sizeText),
    ...(spec.discard_new_per_subject === true
      ? limit(spec.max_msgs_per_subject, (count) => `${formatCount(count)} messages on its subject`)
      : []),
  ];
  return limits.length > 0 ? [`refused while the stream holds ${limits.join(', or ')}`] : [];
}

function limit(value: Json | undefined, text: (limit: bigint) => string): string[] {
  const most = numberIn(value);
  return most > 0n ? [text(most)] : [];
}

/** What becomes of a message that the consumer does not acknowledge. */
function consumerNotes(stop: ConsumerStop, shown: ReadonlyMap<string, Stop>): string[] {
  const { spec } = stop.consumer.resource;
  const stored = stop.hops.some(
    ({ via, to }) => via.type === 'push' && (shown.get(to)?.hops.length ?? 0) > 0,
  );
  const isAcknowledged = spec.ack_policy !== 'none';
  return [
    ...(typeof spec.pause_until === 'string' ? [`paused until ${spec.pause_until}`] : []),
    ...(spec.deliver_policy === 'by_start_sequence'
      ? [`only from sequence ${toBigInt(spec.opt_start_seq)} on`]
      : []),
    ...(spec.headers_only === true ? ['headers only'] : []),
    ...(stop.isAdvisory ? [] : isAcknowledged ? redelivery(stop) : ['given once, without acknowledgement']),
    ...(stored && isAcknowledged ? ['no stream acknowledges it: each delivery is stored again'] : []),
  ];
}

function redelivery({ stream, consumer, hops }: ConsumerStop): string[] {
  const { spec } = consumer.resource;
  const most = toBigInt(spec.max_deliver) ?? -1n;
  const backoff = listIn(spec.backoff);
  const delays = backoff.length > 0 ? backoff : [spec.ack_wait ?? 0];
  const again = (retries: bigint) => {
    const first = delays.slice(0, -1).slice(0, Number(retries));
    const last = delays.at(-1);
    const texts = first.map(delayText);
    if (retries > BigInt(first.length)) {
      const word = retries === BigInt(first.length) + 1n ? '' : 'every ';
      texts.push(`${word}${delayText(last)}`);
    }
    return texts.length === 1 && texts[0]?.startsWith('every') ? texts[0] : `after ${texts.join(', ')}`;
  };
  if (most < 1n) return [`not acknowledged: given again ${again(BigInt(delays.length) + 1n)}`];
  const advised = hops.some(({ via }) => via.type === 'advisory');
  const end = `it stays in ${stream.name}, and is not given again`;
  return [
    most === 1n
      ? `not acknowledged: ${end}`
      : `not acknowledged: given again ${again(most - 1n)}, ${formatCount(most)} times in all; then ${end}`,
    ...(advised
      ? []
      : [`no stream stores the advisory of that, on ${ADVISORY}.${stream.name}.${consumer.name}`]),
  ];
}

function delayText(delay: Json | undefined): string {
  return formatDuration(delay ?? 0, 'ns') ?? '?';
}
