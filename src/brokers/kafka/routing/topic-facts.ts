import { countOf } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { limitOf } from '../fields/config-values.ts';
import type { Topic } from '../topology.ts';
import { partitionOf } from './partitioner.ts';

/** How long a topic keeps a record, what `acks=all` waits for. One sentence each. */
export function storageNotes(topic: Topic, version: string): string[] {
  const forTime = `for ${topic.shown('retention.ms')}`;
  const time = limitText(topic, 'retention.ms', forTime, 'without a time limit');
  const atMost = `at most ${topic.shown('retention.bytes')} a partition`;
  const size = limitText(topic, 'retention.bytes', atMost, 'without a size limit');
  return [
    ...(topic.has('delete') ? [`kept ${time}, ${size}`] : []),
    ...(topic.has('compact')
      ? ['compacted: keeps the newest record of each key, refuses records without a key']
      : []),
    acksText(topic, version),
  ];
}

function limitText(topic: Topic, config: string, limit: string, without: string): string {
  const text = limitOf(topic.value(config)) === Number.POSITIVE_INFINITY ? without : limit;
  // Values that the topic itself does not set can change with its cluster.
  return text + (topic.sets(config) ? '' : ' (inherited)');
}

/**
 * Since 3.7 a leader never waits for more replicas than there are (`Partition.effectiveMinIsr`); before, it refused.
 * https://github.com/apache/kafka/pull/14594
 */
function acksText(topic: Topic, version: string): string {
  const config = 'min.insync.replicas';
  const { replicationFactor: replicas = Number.POSITIVE_INFINITY } = topic;
  const wanted = limitOf(topic.value(config)) ?? 1;
  const origin = `${config}${topic.sets(config) ? '' : ', inherited'}`;
  if (wanted > replicas && !atLeast(version, '3.7')) {
    return `acks=all is refused: needs ${wanted} replicas in sync (${origin}), and has ${replicas}`;
  }
  const of = Number.isFinite(replicas) ? ` of ${replicas}` : '';
  const least = Math.min(wanted, replicas);
  const noun = least === 1 && of === '' ? 'replica' : 'replicas';
  return `acks=all needs ${least}${of} ${noun} in sync (${origin})`;
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
