import {
  countOf,
  formatCount,
  integer,
  type Json,
  type JsonObject,
  objectOf,
  type Resource,
  roughSize,
  toBigInt,
} from '../../../model/index.ts';
import type { Count } from '../facts.ts';
import { continuesIn, lowestReset } from './consumer/moved.ts';

/**
 * Live streams, buckets and stores, in `Resource.metrics`: from `state` of STREAM.INFO. Unknown values are absent; a
 * stream with an unknown number of messages counts as not empty.
 */
export type StreamMetrics = {
  readonly messages?: Count;
  readonly bytes?: Count;
  /** Times of the first and last message, RFC 3339; absent for an empty stream. */
  readonly firstTime?: string;
  readonly lastTime?: string;
  /** The ages of the first and last message at the time of reading, in seconds. */
  readonly firstAge?: number;
  readonly lastAge?: number;
  /** All consumers, including ephemeral ones. */
  readonly consumers?: number;
  /** Names of ephemeral consumers of applications; the first ten. */
  readonly ephemeral?: readonly string[];
  /** Sums over all durable consumers: undelivered and unacknowledged messages. */
  readonly pending?: Count;
  readonly unacknowledged?: Count;
};

/** Live consumers, in `Resource.metrics`: from CONSUMER.INFO. Unknown values are absent. */
export type ConsumerMetrics = {
  /** `num_pending`: matching messages that were not delivered. */
  readonly pending?: Count;
  /** `num_ack_pending`: delivered, unacknowledged messages. */
  readonly unacknowledged?: Count;
  /** `num_waiting`: waiting pull requests. */
  readonly waiting?: number;
  /** `push_bound`: a client listens to a push consumer. */
  readonly bound?: boolean;
  /** `ack_floor`: the stream sequence up to which everything is acknowledged. */
  readonly acknowledged?: Count;
  /** The lowest stream sequence that a reset can move it to; 0 where none can. */
  readonly origin?: Count;
  /** The stream and name of the renamed consumer whose position it got: `ORDERS/worker`. */
  readonly continues?: string;
};

/** @param consumers the metrics of all durable consumers; undefined if unknown */
export function streamMetrics(
  info: JsonObject,
  consumers: readonly ConsumerMetrics[] | undefined,
): StreamMetrics {
  const state = objectOf(info.state);
  const messages = exact(state.messages);
  return {
    ...defined({ messages, bytes: exact(state.bytes), consumers: consumerCount(info) }),
    ...defined(messages === 0 ? {} : timesOf(info, state)),
    ...defined({ pending: sumOf(consumers, 'pending'), unacknowledged: sumOf(consumers, 'unacknowledged') }),
  };
}

/** The number of all consumers of a stream; undefined if the server does not tell. */
export function consumerCount(info: JsonObject): number | undefined {
  const count = objectOf(info.state).consumer_count;
  return typeof count === 'number' ? count : undefined;
}

/** Ages by the clock of the server, which is in its responses since 2.10. */
function timesOf(info: JsonObject, state: JsonObject) {
  const firstTime = timeOf(state.first_ts);
  const lastTime = timeOf(state.last_ts);
  const now = (typeof info.ts === 'string' && Date.parse(info.ts)) || Date.now();
  const ageOf = (time: string | undefined) =>
    time === undefined ? undefined : Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  return { firstTime, lastTime, firstAge: ageOf(firstTime), lastAge: ageOf(lastTime) };
}

export function consumerMetrics(info: JsonObject): ConsumerMetrics {
  const config = objectOf(info.config);
  return defined({
    acknowledged: exact(objectOf(info.ack_floor).stream_seq),
    origin: integer(lowestReset(config) ?? 0n),
    pending: exact(info.num_pending),
    unacknowledged: exact(info.num_ack_pending),
    waiting: typeof info.num_waiting === 'number' ? info.num_waiting : undefined,
    bound: typeof info.push_bound === 'boolean' ? info.push_bound : undefined,
    continues: continuesIn(config),
  });
}

/** Unknown if any of the values is unknown. */
function sumOf(
  consumers: readonly ConsumerMetrics[] | undefined,
  key: 'pending' | 'unacknowledged',
): Count | undefined {
  let sum = 0n;
  for (const consumer of consumers ?? []) {
    const count = toBigInt(consumer[key]);
    if (count === undefined) return undefined;
    sum += count;
  }
  return consumers && integer(sum);
}

function exact(value: Json | undefined): Count | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const count = toBigInt(value);
  return count === undefined ? undefined : integer(count);
}

function timeOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && !value.startsWith('0001-') ? value : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without undefined values. A plain loop, because every resource of a read passes through it. */
function defined<T extends object>(values: T): Defined<T> {
  const result: Defined<T> = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) result[key] = value as Exclude<T[typeof key], undefined>;
  }
  return result;
}

/** A metric of a live resource; undefined if unknown. */
export function metricOf(resource: Resource, name: string): bigint | undefined {
  return toBigInt(resource.metrics?.[name]);
}

/** True if a stream certainly holds no message. */
export function isKnownEmpty(stream: Resource): boolean {
  return metricOf(stream, 'messages') === 0n;
}

/** `2026-01-02T03:04:05Z`, of the first message of a stream. */
export function firstTimeOf({ metrics }: Resource): string | undefined {
  return typeof metrics?.firstTime === 'string' ? metrics.firstTime : undefined;
}

/** `18,204 messages (1.2 GiB), the first of 2026-01-02T03:04:05Z, 3 consumers, 40 pending, 2 unacknowledged`. */
export function streamMetricsText(stream: Resource): string {
  const messages = metricOf(stream, 'messages');
  const bytes = metricOf(stream, 'bytes');
  const consumers = metricOf(stream, 'consumers');
  const firstTime = firstTimeOf(stream);
  const size = bytes !== undefined && (messages ?? 0n) > 0n ? ` (${roughSize(bytes)})` : '';
  const parts = [
    messages === undefined ? 'an unknown number of messages' : countOf(messages, 'message') + size,
    firstTime !== undefined && messages !== 0n ? `the first of ${firstTime}` : '',
    consumers === undefined ? '' : countOf(consumers, 'consumer'),
    ...outstanding(stream),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** `40 pending, 2 unacknowledged`. */
export function consumerMetricsText(consumer: Resource): string {
  const parts = outstanding(consumer);
  return parts.length > 0 ? parts.join(', ') : 'its position, with an unknown number of messages pending';
}

function outstanding(resource: Resource): string[] {
  return ['pending', 'unacknowledged'].flatMap((name) => {
    const count = metricOf(resource, name);
    return count === undefined ? [] : [`${formatCount(count)} ${name}`];
  });
}
