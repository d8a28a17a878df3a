import { type Address, type JsonObject, kindOf, parseAddress, type Resource } from '../../../model/index.ts';
import type { TopicMetadata } from '../protocol/requests/cluster.ts';
import type { GroupAtStake, TopicVolatile } from '../specs.ts';
import type { Cluster } from './cluster.ts';
import { placeOf } from './copies.ts';
import { readGroups } from './groups.ts';
import { type LogSizes, readLogSizes } from './log-sizes.ts';
import { readSpans } from './spans.ts';
import { findMoves, movesOf } from './under-way.ts';

/**
 * What topics hold right now, by address: bytes on disk, messages, the time that they span, and who still reads them.
 * One Metadata, one ListPartitionReassignments, and of each broker at most: one DescribeLogDirs, four ListOffsets,
 * one ListGroups, one OffsetFetch. One DescribeCluster where a topic has no group.
 * What cannot be read is missing; a topic of which nothing can be said is missing whole.
 */
export async function observeTopics(
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
    findMoves(cluster, topics).catch(() => undefined),
    readSpans(cluster, topics).catch(() => undefined),
    readGroups(cluster, topics).catch(() => undefined),
  ]);
  return new Map(
    topics.flatMap((topic): [Address, JsonObject][] => {
      const { name } = topic;
      const address = addresses.get(name);
      const volatile: TopicVolatile = {
        ...present('bytes', sumOf(sizes, topic)),
        ...spans?.get(name)?.sum,
        ...present('groups', lagsOf(groups?.get(name), spans?.get(name)?.ends)),
        ...present('moves', movesOf(cluster, topic, sizes, moves?.get(name))),
      };
      return address !== undefined && Object.keys(volatile).length > 0
        ? [[address, volatile as JsonObject]]
        : [];
    }),
  );
}

function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

/** Of all replicas, moving ones included. Undefined where a broker could not be asked: less than all is no answer. */
function sumOf(sizes: LogSizes | undefined, { name, partitions }: TopicMetadata): number | undefined {
  let sum = 0;
  for (const own of sizes?.values() ?? [undefined]) {
    if (!own) return undefined;
    for (const { index } of partitions) sum += own.get(placeOf({ topic: name, partition: index })) ?? 0;
  }
  return sum;
}

/** Committed offsets of a topic by partition, by group. */
export interface Committed {
  readonly group: string;
  readonly state: string;
  readonly offsets: ReadonlyMap<number, number>;
}

function lagsOf(
  groups: readonly Committed[] | undefined,
  ends: ReadonlyMap<number, number> | undefined,
): GroupAtStake[] | undefined {
  return groups
    ?.map(({ group, state, offsets }) => {
      let lag = 0;
      for (const [index, offset] of offsets) lag += Math.max(0, (ends?.get(index) ?? offset) - offset);
      return { group, lag, state };
    })
    .sort((a, b) => (a.group < b.group ? -1 : 1));
}
