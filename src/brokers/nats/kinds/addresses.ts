import {
  type Address,
  type Context,
  isObject,
  type JsonObject,
  kindOf,
  makeAddress,
  objectOf,
  parseAddress,
  type Resource,
} from '../../../model/index.ts';
import { objectsIn, stringsIn } from '../fields/values.ts';

/*
 * The addresses of all kinds, the constructors of declared and live resources, and how these refer to each other.
 *
 * Key-value buckets and object stores are streams with a prefix in their names (ADR-8 and ADR-20 of
 * nats-io/nats-architecture-and-design), so the name of a stream determines its kind.
 *
 * A spec is the configuration of the JetStream API under its own names and in its own units (nanoseconds, bytes),
 * without what the address says: `name`, `durable_name`, the stream of a consumer. A raw live spec is `config` as the
 * server lists it, read with `parseJson`, so that large integers are exact; a raw declared spec has only the declared
 * fields. `complete` of the kind makes both comparable: every field that the server supports, with its default; `null`
 * if unset. One or several filters of a consumer are both stored in `filter_subjects`.
 */

/** The stream that hosts the locks of applies, see `session/lock.ts`. */
export const LOCK_STREAM = 'BROKERFORM_LOCK';

export const BUCKET_PREFIX = 'KV_';
const STORE_PREFIX = 'OBJ_';

/** The subjects of the keys of a bucket. */
export function keySubjects(bucket: string): string {
  return `$KV.${bucket}.>`;
}

/** The kinds that are streams on the server, with the prefix of the stream. */
export const PREFIXES = { stream: '', 'key-value': BUCKET_PREFIX, 'object-store': STORE_PREFIX } as const;

export type StreamKind = keyof typeof PREFIXES;

export const STREAM_NOUNS: Readonly<Record<StreamKind, string>> = {
  stream: 'stream',
  'key-value': 'key-value bucket',
  'object-store': 'object store',
};

/** The kind of a stream, by its name: `KV_orders` is the bucket `orders`. */
export function identify(stream: string): { kind: StreamKind; name: string } {
  for (const kind of ['key-value', 'object-store'] as const) {
    const prefix = PREFIXES[kind];
    if (stream.startsWith(prefix) && stream.length > prefix.length) {
      return { kind, name: stream.slice(prefix.length) };
    }
  }
  return { kind: 'stream', name: stream };
}

export function streamAddress(broker: string, stream: string): Address {
  const { kind, name } = identify(stream);
  return makeAddress(broker, kind, name);
}

/** @param stream its full name, `KV_…` for the stream of a bucket */
export function consumerAddress(broker: string, stream: string, consumer: string): Address {
  return makeAddress(broker, 'consumer', stream, consumer);
}

/** The full name of the stream, from the address of a stream, bucket, store or consumer. */
export function streamNameOf(address: Address): string {
  const { kind, path } = parseAddress(address);
  const [name = ''] = path;
  return kind === 'key-value' || kind === 'object-store' ? PREFIXES[kind] + name : name;
}

/** The name of a consumer, from its address. */
export function consumerNameOf(address: Address): string {
  return parseAddress(address).path[1] ?? '';
}

/**
 * A stream, or the bucket or store that its name makes it. It depends on its origins, declared or not.
 * @param metrics of live streams: {@link StreamMetrics}
 */
export function streamResource(
  broker: string,
  stream: string,
  config: JsonObject,
  metrics?: JsonObject,
): Resource {
  const address = streamAddress(broker, stream);
  const needs = originsOf(config).map((origin) => streamAddress(broker, origin));
  const dependsOn = [...new Set(needs)].filter((need) => need !== address);
  return { address, spec: config, dependsOn, ...(metrics && { metrics }) };
}

/**
 * A durable consumer.
 * @param stream its full name
 * @param metrics of live consumers: {@link ConsumerMetrics}
 */
export function consumerResource(
  broker: string,
  stream: string,
  consumer: string,
  config: JsonObject,
  metrics?: JsonObject,
): Resource {
  return {
    address: consumerAddress(broker, stream, consumer),
    spec: config,
    dependsOn: [streamAddress(broker, stream)],
    ...(metrics && { metrics }),
  };
}

/** The stream of a consumer: as it will be, or as it is where nothing declares it. */
export function streamOf(
  { dependsOn: [need = ''] }: Resource,
  { desired, live }: Pick<Context, 'desired' | 'live'>,
): Resource | undefined {
  return desired.get(need) ?? live.get(need);
}

/** The live consumers of a stream. */
export function consumersOf(stream: Address, { live }: Pick<Context, 'live'>): Resource[] {
  return [...live.values()].filter(
    ({ address, dependsOn }) => dependsOn[0] === stream && kindOf(address) === 'consumer',
  );
}

/** What a mirror or sources copy, as the specification of a stream has it. */
export function copiesIn({ mirror, sources }: JsonObject): JsonObject[] {
  // Most have none, and there are many.
  return mirror || sources ? [...objectsIn(mirror), ...objectsIn(sources)] : [];
}

/** The names of the streams that a stream copies from, in its own account and domain. */
export function originsOf(spec: JsonObject): string[] {
  return copiesIn(spec).flatMap(({ name, external }) =>
    typeof name === 'string' && !isObject(external) ? [name] : [],
  );
}

/** The subjects that a completed consumer receives; all without a filter. */
export function filtersOf({ spec }: Pick<Resource, 'spec'>): readonly string[] {
  const filters = stringsIn(spec.filter_subjects);
  return filters.length > 0 ? filters : ['>'];
}

/** The fields of a consumer that its stream can limit. */
export const LIMITED_BY_STREAM = ['max_ack_pending', 'inactive_threshold'] as const;

/** The limits of a stream for its consumers. */
export function limitsOfConsumers(stream: Pick<Resource, 'spec'> | undefined): JsonObject {
  return objectOf(stream?.spec.consumer_limits);
}
