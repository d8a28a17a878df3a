import { countOf } from '../../../model/index.ts';
import type { Topic } from '../topology.ts';

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * The hash of a key as 32 bits with sign: `org.apache.kafka.common.utils.Utils.murmur2`, MurmurHash 2 of 32 bits with
 * a fixed seed.
 */
export function murmur2(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const words = key.length >>> 2;
  let hash = SEED ^ key.length;
  for (let i = 0; i < words; i++) {
    const mixed = Math.imul(view.getInt32(i * 4, true), M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M);
  }
  const rest = key.subarray(words * 4);
  for (const [i, byte] of rest.entries()) hash ^= byte << (8 * i);
  if (rest.length > 0) hash = Math.imul(hash, M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a record whose key is this text in UTF-8, with the Java client's default:
 * `BuiltInPartitioner.partitionForKey`.
 * @param partitions at least 1
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(new TextEncoder().encode(key)) & 0x7fffffff) % partitions;
}

/** Where a record goes. */
export type Partition =
  | { readonly kind: 'known'; readonly partition: number; readonly partitions: number }
  /** Without a key: a batch to one partition, the next to another. */
  | { readonly kind: 'any'; readonly partitions: number | undefined }
  /** The number of partitions is the cluster's default, which is not known. */
  | { readonly kind: 'unknown' }
  /** Compacted topics refuse records without a key: `INVALID_RECORD`. */
  | { readonly kind: 'refused' };

export function partitionFor(topic: Topic, key: string | undefined): Partition {
  const { partitions } = topic;
  if (key === undefined) {
    return topic.has('compact') ? { kind: 'refused' } : { kind: 'any', partitions };
  }
  if (partitions === undefined || partitions < 1) return { kind: 'unknown' };
  return { kind: 'known', partition: partitionOf(key, partitions), partitions };
}

/** The most important of it, short; empty where nothing is known. */
export function partitionText(chosen: Partition): string {
  if (chosen.kind === 'known') return `partition ${chosen.partition} of ${chosen.partitions}`;
  if (chosen.kind !== 'any') return '';
  return chosen.partitions === undefined
    ? 'any partition'
    : `any of ${countOf(chosen.partitions, 'partition')}`;
}

export function partitionNotes(chosen: Partition, key: string | undefined): string[] {
  switch (chosen.kind) {
    case 'known': {
      const { partition, partitions } = chosen;
      const more = partitions * 2;
      const then = partitionOf(key ?? '', more);
      return [
        'partition by murmur2 of the key, the default of the Java client; librdkafka has another default',
        `more partitions move most keys: with ${more}, this one ${then === partition ? 'stays in' : 'goes to'} partition ${then}`,
      ];
    }
    case 'any':
      return ['without a key, each batch goes to another partition'];
    case 'unknown':
      return ['partition unknown: the topic has as many partitions as the cluster sets by default'];
    case 'refused':
      return [];
  }
}
