import { integer, isObject, type Json, type JsonObject, toBigInt } from '../../../model/index.ts';
import type { ConsumerVolatile, Count, StreamVolatile } from '../facts.ts';

/** `config` of an entry of STREAM.LIST or CONSUMER.LIST, or of an INFO. */
export function configOf(info: JsonObject): JsonObject {
  return isObject(info.config) ? info.config : {};
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/**
 * The durable name of a consumer that somebody declared; undefined for those of clients, and for those by which the
 * server itself fills a mirror or source (from 2.14 on they have a durable name): they come and go with it.
 */
export function declaredName(config: JsonObject): string | undefined {
  const name = textOf(config.durable_name);
  const metadata = isObject(config.metadata) ? Object.keys(config.metadata) : [];
  const isServers = metadata.some((key) => key.startsWith('_nats.mirror.') || key.startsWith('_nats.src.'));
  return name === '' || isServers ? undefined : name;
}

/** How many consumers of every sort a stream has; undefined where it is not told. */
export function consumerCount(info: JsonObject): number | undefined {
  const count = isObject(info.state) ? info.state.consumer_count : undefined;
  return typeof count === 'number' ? count : undefined;
}

/** @param consumers what is known of every durable consumer; undefined where they were not read. */
export function streamVolatile(
  info: JsonObject,
  consumers: readonly ConsumerVolatile[] | undefined,
): StreamVolatile {
  const state: JsonObject = isObject(info.state) ? info.state : {};
  const messages = countOf(state.messages);
  const isEmpty = messages === 0;
  return {
    ...defined({ messages, bytes: countOf(state.bytes), consumers: consumerCount(info) }),
    ...defined(isEmpty ? {} : timesOf(info, state)),
    ...defined({ pending: sumOf(consumers, 'pending'), unacknowledged: sumOf(consumers, 'unacknowledged') }),
  };
}

/** Ages are as of the server's clock, which it tells since 2.10. */
function timesOf(info: JsonObject, state: JsonObject) {
  const firstTime = timeOf(state.first_ts);
  const lastTime = timeOf(state.last_ts);
  const now = Date.parse(textOf(info.ts)) || Date.now();
  const ageOf = (time: string | undefined) =>
    time === undefined ? undefined : Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  return { firstTime, lastTime, firstAge: ageOf(firstTime), lastAge: ageOf(lastTime) };
}

export function consumerVolatile(info: JsonObject): ConsumerVolatile {
  return defined({
    pending: countOf(info.num_pending),
    unacknowledged: countOf(info.num_ack_pending),
    waiting: typeof info.num_waiting === 'number' ? info.num_waiting : undefined,
    bound: typeof info.push_bound === 'boolean' ? info.push_bound : undefined,
  });
}

/** One that is not known makes the sum unknown. */
function sumOf(
  consumers: readonly ConsumerVolatile[] | undefined,
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

function countOf(value: Json | undefined): Count | undefined {
  const count = toBigInt(value);
  return count === undefined ? undefined : integer(count);
}

function timeOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && !value.startsWith('0001-') ? value : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. Every resource that is read comes by here, so it is a plain loop. */
function defined<T extends object>(values: T): Defined<T> {
  const result: Defined<T> = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) result[key] = value as Exclude<T[typeof key], undefined>;
  }
  return result;
}
