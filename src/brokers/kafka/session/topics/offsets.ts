import { addTo, largest, smallest } from '../../../../model/index.ts';
import type { TopicMetrics } from '../../kinds/topic/metrics.ts';
import type { Cluster } from '../cluster.ts';
import { DescribeCluster, type TopicMetadata } from '../protocol/cluster.ts';
import {
  api,
  boolean,
  int8,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  string,
} from '../protocol/codec.ts';
import { readRights } from '../refusals.ts';
import { partitionKey } from './log-sizes.ts';

/** Times that ListOffsets takes for words: the end of the log, its begin, and the record with the newest time. */
const LATEST = -1;
const EARLIEST = -2;
const NEWEST = -3;

/** Only a partition's leader can be asked; a partition may stand in a question once. */
export const ListOffsets = api(
  { key: 2, name: 'ListOffsets', version: 7, flexible: true },
  {
    replica: int32,
    isolation: int8,
    topics: [{ name: string, partitions: [{ index: int32, leaderEpoch: int32, time: int64 }] }],
  },
  {
    throttle: int32,
    topics: [
      {
        name: string,
        partitions: [{ index: int32, error: int16, time: int64, offset: int64, leaderEpoch: int32 }],
      },
    ],
  },
);

/** The ends of a topic's partitions, by number, and what follows for the topic. */
interface Span {
  readonly sum: Pick<TopicMetrics, 'messages' | 'oldest' | 'newest'>;
  readonly ends: ReadonlyMap<number, number>;
}

/** By topic; a topic that has a partition without an answer is missing. */
export async function readSpans(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Span>> {
  // The first record that is left is the first one whose time is not before 1970.
  const [bounds, firsts, lasts] = await Promise.all([
    listBounds(cluster, topics),
    listOffsets(cluster, topics, 0),
    listOffsets(cluster, topics, NEWEST),
  ]);
  const spans = new Map<string, Span>();
  for (const { name, partitions } of topics) {
    let messages = 0;
    const oldest: number[] = [];
    const newest: number[] = [];
    const offsets = new Map<number, number>();
    for (const { index } of partitions) {
      const key = partitionKey(name, index);
      const bound = bounds.get(key);
      if (!bound) break;
      messages += Math.max(0, bound.end - bound.start);
      offsets.set(index, bound.end);
      const [first = -1, last = -1] = [firsts.get(key)?.time, lasts.get(key)?.time];
      if (first >= 0) oldest.push(first);
      if (last >= 0) newest.push(last);
    }
    if (offsets.size < partitions.length) continue;
    const sum = {
      messages,
      ...(oldest.length > 0 && { oldest: smallest(oldest) }),
      ...(newest.length > 0 && { newest: largest(newest) }),
    };
    spans.set(name, { sum, ends: offsets });
  }
  return spans;
}

interface Position {
  readonly time: number;
  readonly offset: number;
}

/** The positions of a time in each partition, by `topic/partition`; a partition that did not answer is missing. */
async function listOffsets(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
  time: number,
): Promise<Map<string, Position>> {
  const responses = await cluster.requestEach(ListOffsets, (id) => {
    const led = topics.flatMap(({ name, partitions }) => {
      const own = partitions.filter(({ leader }) => leader === id);
      return own.length === 0
        ? []
        : [{ name, partitions: own.map(({ index }) => ({ index, leaderEpoch: -1, time })) }];
    });
    return led.length === 0 ? undefined : { replica: -1, isolation: 0, topics: led };
  });
  const positions = new Map<string, Position>();
  for (const response of responses.values()) {
    if (response instanceof Error) continue;
    for (const { name, partitions } of response.topics) {
      for (const { index, error, time: at, offset } of partitions) {
        if (error === 0) positions.set(partitionKey(name, index), { time: at, offset });
      }
    }
  }
  return positions;
}

/** Where the log of each partition begins and ends, by {@link partitionKey}; one that did not answer is missing. */
export async function listBounds(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, { start: number; end: number }>> {
  const [starts, ends] = await Promise.all([
    listOffsets(cluster, topics, EARLIEST),
    listOffsets(cluster, topics, LATEST),
  ]);
  return new Map(
    [...starts].flatMap(([key, { offset: start }]) => {
      const end = ends.get(key)?.offset;
      return end === undefined ? [] : [[key, { start, end }] as const];
    }),
  );
}

/** Groups that the asked broker coordinates. */
export const ListGroups = api(
  { key: 16, name: 'ListGroups', version: 4, flexible: true },
  { states: [string] },
  { throttle: int32, error: int16, groups: [{ id: string, protocolType: string, state: string }] },
);

/** Of many groups at once; only their coordinator can be asked. */
export const OffsetFetch = api(
  { key: 9, name: 'OffsetFetch', version: 8, flexible: true },
  { groups: [{ id: string, topics: nullable([{ name: string, partitions: [int32] }]) }], stable: boolean },
  {
    throttle: int32,
    groups: [
      {
        id: string,
        topics: [
          {
            name: string,
            partitions: [
              { index: int32, offset: int64, leaderEpoch: int32, metadata: nullableString, error: int16 },
            ],
          },
        ],
        error: int16,
      },
    ],
  },
);

/** Committed offsets of a topic by partition, by group. */
export interface Committed {
  readonly group: string;
  readonly state: string;
  readonly offsets: ReadonlyMap<number, number>;
}

/**
 * Groups with committed offsets in these topics, by topic: the groups of each broker that coordinates some, in one request
 * for the groups and one for their offsets. A topic is missing where it is not known whether it has a group: a broker
 * could not be asked, or lists only the groups that we may see.
 */
export async function readGroups(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Committed[]>> {
  const found = await findGroups(cluster, topics);
  if (!found) return new Map();
  const without = topics.filter(({ name }) => !found.has(name));
  if (without.length > 0 && (await seesAllGroups(cluster))) {
    for (const { name } of without) found.set(name, []);
  }
  return found;
}

/** Without Describe on the cluster, a broker leaves out the groups that we may not describe, and says nothing of it. */
async function seesAllGroups(cluster: Cluster): Promise<boolean> {
  if (!cluster.offers(DescribeCluster)) return false;
  const { error, may } = await readRights(cluster);
  return error === 0 && may('describe');
}

async function findGroups(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Committed[]> | undefined> {
  if (!cluster.offers(ListGroups) || !cluster.offers(OffsetFetch)) return undefined;
  const lists = await cluster.requestEach(ListGroups, () => ({ states: [] }));
  const groups = new Map<number, readonly { readonly id: string; readonly state: string }[]>();
  for (const [id, response] of lists) {
    if (response instanceof Error || response.error !== 0) return undefined;
    groups.set(id, response.groups);
  }
  const states = new Map([...groups.values()].flat().map(({ id, state }) => [id, state]));
  const asked = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index }) => index),
  }));
  const responses = await cluster.requestEach(OffsetFetch, (id) => {
    const own = groups.get(id) ?? [];
    return own.length === 0
      ? undefined
      : { groups: own.map((group) => ({ id: group.id, topics: asked })), stable: false };
  });
  const found = new Map<string, Committed[]>();
  for (const response of responses.values()) {
    if (response instanceof Error) return undefined;
    for (const { id, topics: fetched, error } of response.groups) {
      // A group that went away between the two requests holds nothing any more.
      if (error !== 0) continue;
      for (const { name, partitions } of fetched) {
        const committed = partitions.filter(({ error: failed, offset }) => failed === 0 && offset >= 0);
        if (committed.length === 0) continue;
        const offsets = new Map(committed.map(({ index, offset }) => [index, offset]));
        addTo(found, name, { group: id, state: states.get(id) ?? '', offsets });
      }
    }
  }
  return found;
}
