import type { ReassignmentProgress } from '../../kinds/topic/metrics.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { type LogSizes, partitionKey } from '../topics/log-sizes.ts';

/** A partition, and the brokers that get a copy of it; none where only copies are given up. */
export interface Copies {
  readonly topic: string;
  readonly partition: number;
  readonly brokers: readonly number[];
}

/** Partitions by topic, as requests name them. */
export function partitionsByTopic(
  copies: readonly Pick<Copies, 'topic' | 'partition'>[],
): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const { topic, partition } of copies) {
    const own = places.get(topic);
    if (own) own.push(partition);
    else places.set(topic, [partition]);
  }
  return places;
}

export interface ClusterView {
  /** Of all topics that the copies are of. */
  readonly topics: readonly TopicMetadata[];
  readonly sizes: LogSizes | undefined;
  /** Partitions that are on their way right now, as {@link partitionKey} names them. */
  readonly running: ReadonlySet<string>;
  /** Partitions that were not begun yet. */
  readonly ahead?: ReadonlySet<string>;
}

/** How far these copies are. A copy that has arrived counts as whole, whatever became of its log since. */
export function progressOf(
  cluster: Pick<Cluster, 'brokers'>,
  copies: readonly Copies[],
  view: ClusterView,
): ReassignmentProgress {
  const { sizes, running, ahead } = view;
  const inSync = new Map(
    view.topics.flatMap(({ name, partitions }) =>
      partitions.map((one) => [partitionKey({ topic: name, partition: one.index }), one.inSync] as const),
    ),
  );
  const late = new Set<number>();
  let moved = 0;
  let copied = 0;
  for (const copy of copies) {
    const place = partitionKey(copy);
    const isRunning = running.has(place);
    const isThere = !isRunning && !ahead?.has(place);
    if (isThere) moved++;
    const whole = wholeSize(copy, sizes);
    for (const id of copy.brokers) {
      copied += isThere ? whole : Math.min(whole, sizes?.get(id)?.get(place) ?? 0);
      if (isRunning && !inSync.get(place)?.includes(id)) late.add(id);
    }
  }
  const waitingFor = [...late].sort((a, b) => a - b);
  const up = new Set(cluster.brokers.map(({ id }) => id));
  return {
    partitions: copies.length,
    moved,
    ...(sizes && { bytes: bytesToCopy(copies, sizes), copied }),
    waitingFor,
    down: waitingFor.filter((id) => !up.has(id)),
  };
}

/** Bytes that all of these copies are. */
export function bytesToCopy(copies: readonly Copies[], sizes: LogSizes): number {
  return copies.reduce((sum, copy) => sum + wholeSize(copy, sizes) * copy.brokers.length, 0);
}

/** The size of the partition where it is whole: nowhere it is larger. */
function wholeSize(copy: Copies, sizes: LogSizes | undefined): number {
  const place = partitionKey(copy);
  return [...(sizes?.values() ?? [])].reduce((most, own) => Math.max(most, own?.get(place) ?? 0), 0);
}
