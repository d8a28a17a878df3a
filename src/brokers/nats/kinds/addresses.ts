import { type Address, makeAddress, parseAddress } from '../../../model/index.ts';

/*
 * The addresses of every kind, in one place: what is declared and what is read from a server meet by address only.
 *
 * Key-value buckets and object stores are streams whose names carry a prefix (ADR-8 and ADR-20 of
 * nats-io/nats-architecture-and-design). They are kinds of their own here, so a stream's name decides its kind.
 */

export const BUCKET_PREFIX = 'KV_';
export const STORE_PREFIX = 'OBJ_';

/** The kinds whose live counterpart is a stream. */
export type StreamKind = 'stream' | 'key-value' | 'object-store';

export function streamAddress(broker: string, stream: string): Address {
  const { kind, name } = identify(stream);
  return makeAddress(broker, kind, name);
}

export function bucketAddress(broker: string, bucket: string): Address {
  return makeAddress(broker, 'key-value', bucket);
}

export function storeAddress(broker: string, store: string): Address {
  return makeAddress(broker, 'object-store', store);
}

/** `stream`: its full name, `KV_…` for a consumer on a bucket's stream. */
export function consumerAddress(broker: string, stream: string, consumer: string): Address {
  return makeAddress(broker, 'consumer', stream, consumer);
}

/** What a stream is, by its name: `KV_orders` is the bucket `orders`. */
export function identify(stream: string): { kind: StreamKind; name: string } {
  if (stream.startsWith(BUCKET_PREFIX) && stream.length > BUCKET_PREFIX.length) {
    return { kind: 'key-value', name: stream.slice(BUCKET_PREFIX.length) };
  }
  if (stream.startsWith(STORE_PREFIX) && stream.length > STORE_PREFIX.length) {
    return { kind: 'object-store', name: stream.slice(STORE_PREFIX.length) };
  }
  return { kind: 'stream', name: stream };
}

/** The stream on the server behind the address of a stream, bucket, store or consumer. */
export function streamNameOf(address: Address): string {
  const { kind, path } = parseAddress(address);
  const [name = ''] = path;
  if (kind === 'key-value') return BUCKET_PREFIX + name;
  return kind === 'object-store' ? STORE_PREFIX + name : name;
}

/** The consumer's own name, of a consumer's address. */
export function consumerNameOf(address: Address): string {
  return parseAddress(address).path[1] ?? '';
}
