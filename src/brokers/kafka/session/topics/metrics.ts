import {
  type Address,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
} from '../../../../model/index.ts';
import type { GroupLag, TopicMetrics, TopicReassignment } from '../../kinds/topic/metrics.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { progressOf } from '../reassignment/progress.ts';
import { type Copies, listReassignments, type Reassignment } from '../reassignment/reassignments.ts';
import { type Mark, readMarks } from '../reassignment/throttle.ts';
import { type LogSizes, partitionKey, readLogSizes } from './log-sizes.ts';
import { type Committed, readGroups, readSpans } from './offsets.ts';

/**
 * What topics hold right now, by address: bytes on disk, messages, the time that they span, and who still reads them.
 * One Metadata, one ListPartitionReassignments, and of each broker at most: one DescribeLogDirs, four ListOffsets,
 * one ListGroups, one OffsetFetch. One DescribeCluster where a topic has no group.
 * Unreadable metrics are absent, and so are topics without any.
 */
export async function readTopicMetrics(
  cluster: Cluster,
  resources: readonly Resource[],
): Promise<Map<Address, JsonObject>> {
  const addresses = new Map<string, Address>();
  for (const { address } of resources) {
    if (kindOf(address) === 'topic') addresses.set(parseAddress(address).path[0] ?? '', address);
  }
  if (addresses.size === 0) return new Map();
  const metadata = await cluster.metadata([...addresses.keys()]);
  const topics = metadata.filter((topic) => topic.partitions.length > 0);
  const places = new Map(
    topics.map(({ name, partitions }) => [name, partitions.map(({ index }) => index)] as const),
  );
  const [sizes, moves, spans, groups] = await Promise.all([
    readLogSizes(cluster, places).catch(() => undefined),
    findReassignments(cluster, topics).catch(() => undefined),
    readSpans(cluster, topics).catch(() => undefined),
    readGroups(cluster, topics).catch(() => undefined),
  ]);
  return new Map(
    topics.flatMap((topic): [Address, JsonObject][] => {
      const { name } = topic;
      const address = addresses.get(name);
      const metrics: TopicMetrics = {
        ...optional('bytes', sumOf(sizes, topic)),
        ...spans?.get(name)?.sum,
        ...optional('groups', lagsOf(groups?.get(name), spans?.get(name)?.ends)),
        ...optional('moves', movesOf(cluster, topic, sizes, moves?.get(name))),
      };
      return address !== undefined && Object.keys(metrics).length > 0
        ? [[address, metrics as JsonObject]]
        : [];
    }),
  );
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

/** Of all replicas, moving ones included. Undefined if a broker could not be asked, as a partial sum would mislead. */
function sumOf(sizes: LogSizes | undefined, { name, partitions }: TopicMetadata): number | undefined {
  let sum = 0;
  for (const own of sizes?.values() ?? [undefined]) {
    if (!own) return undefined;
    for (const { index } of partitions) sum += own.get(partitionKey(name, index)) ?? 0;
  }
  return sum;
}

function lagsOf(
  groups: readonly Committed[] | undefined,
  ends: ReadonlyMap<number, number> | undefined,
): GroupLag[] | undefined {
  return groups
    ?.map(({ group, state, offsets }) => {
      let lag = 0;
      for (const [index, offset] of offsets) lag += Math.max(0, (ends?.get(index) ?? offset) - offset);
      return { group, lag, state };
    })
    .sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** Running reassignments of a topic, and our mark on it. */
interface Found {
  readonly running: ReadonlyMap<number, Reassignment>;
  readonly mark: Mark | undefined;
}

/** By name, for topics with moving partitions. */
async function findReassignments(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Found>> {
  const moves = await listReassignments(cluster);
  const names = topics.flatMap(({ name }) => (moves.has(name) ? [name] : []));
  const marks = await readMarks(cluster, names);
  return new Map(
    names.map((name) => [name, { running: moves.get(name) ?? new Map(), mark: marks.get(name) }]),
  );
}

/** Progress of the reassignments of a topic. */
function movesOf(
  cluster: Cluster,
  topic: TopicMetadata,
  sizes: LogSizes | undefined,
  found: Found | undefined,
): TopicReassignment | undefined {
  if (!found) return undefined;
  const { running, mark } = found;
  const numbers = [...running.keys()].sort((a, b) => a - b);
  const ours = numbers.filter((partition) => mark?.copies.has(partition));
  const theirs = numbers.filter((partition) => !ours.includes(partition));
  const copies = [
    ...(ours.length > 0
      ? (mark?.copies ?? [])
      : [...running].map(([index, { adding }]) => [index, adding] as const)),
  ].map(([partition, brokers]): Copies => ({ topic: topic.name, partition, brokers }));
  const places = new Set(numbers.map((partition) => partitionKey(topic.name, partition)));
  return { ours, theirs, ...progressOf(cluster, copies, { topics: [topic], sizes, running: places }) };
}
