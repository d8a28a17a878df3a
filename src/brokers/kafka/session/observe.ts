import { type Address, type JsonObject, kindOf, parseAddress, type Resource } from '../../../model/index.ts';
import type { TopicMetadata } from '../protocol/requests/cluster.ts';
import { DescribeLogDirs, EARLIEST, LATEST, ListOffsets, NEWEST } from '../protocol/requests/offsets.ts';
import type { GroupAtStake, TopicVolatile } from '../specs.ts';
import type { Cluster } from './cluster.ts';
import { readGroups } from './groups.ts';

/**
 * What topics hold right now, by address: bytes on disk, messages, the time that they span, and who still reads them.
 * One Metadata, and of each broker at most: one DescribeLogDirs, four ListOffsets, one ListGroups, one OffsetFetch.
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
  const [bytes, spans, groups] = await Promise.all([
    readBytes(cluster, topics).catch(() => undefined),
    readSpans(cluster, topics).catch(() => undefined),
    readGroups(cluster, topics).catch(() => undefined),
  ]);
  return new Map(
    topics.flatMap(({ name }): [Address, JsonObject][] => {
      const address = addresses.get(name);
      const volatile: TopicVolatile = {
        ...present('bytes', bytes?.get(name)),
        ...spans?.get(name)?.sum,
        ...present('groups', groups && lagsOf(groups.get(name), spans?.get(name)?.ends)),
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
async function readBytes(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, number> | undefined> {
  const question = {
    topics: topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.map(({ index }) => index),
    })),
  };
  const answers = await cluster.askEach(DescribeLogDirs, () => question);
  const sizes = new Map(topics.map(({ name }) => [name, 0]));
  for (const answer of answers.values()) {
    // Without the right to ask (Describe on the cluster) a broker answers with no directories, or with an error.
    if (answer instanceof Error || answer.directories.every(({ error }) => error !== 0)) return undefined;
    for (const { topics: found } of answer.directories) {
      for (const { name, partitions } of found) {
        const size = partitions.reduce((sum, partition) => sum + partition.size, 0);
        sizes.set(name, (sizes.get(name) ?? 0) + size);
      }
    }
  }
  return sizes;
}

/** The ends of a topic's partitions, by number, and what follows for the topic. */
interface Span {
  readonly sum: Pick<TopicVolatile, 'messages' | 'oldest' | 'newest'>;
  readonly ends: ReadonlyMap<number, number>;
}

/** By topic; a topic that has a partition without an answer is missing. */
async function readSpans(cluster: Cluster, topics: readonly TopicMetadata[]): Promise<Map<string, Span>> {
  // The first record that is left is the first one whose time is not before 1970.
  const [starts, ends, firsts, lasts] = await Promise.all(
    [EARLIEST, LATEST, 0, NEWEST].map((time) => askLeaders(cluster, topics, time)),
  );
  const spans = new Map<string, Span>();
  for (const { name, partitions } of topics) {
    let messages = 0;
    let whole = true;
    const oldest: number[] = [];
    const newest: number[] = [];
    const offsets = new Map<number, number>();
    for (const { index } of partitions) {
      const key = `${name}/${index}`;
      const [start, end] = [starts?.get(key), ends?.get(key)];
      whole &&= start !== undefined && end !== undefined;
      messages += Math.max(0, (end?.offset ?? 0) - (start?.offset ?? 0));
      if (end) offsets.set(index, end.offset);
      const [first, last] = [firsts?.get(key), lasts?.get(key)];
      if (first && first.time >= 0) oldest.push(first.time);
      if (last && last.time >= 0) newest.push(last.time);
    }
    if (!whole) continue;
    const sum = {
      messages,
      ...(oldest.length > 0 && { oldest: Math.min(...oldest) }),
      ...(newest.length > 0 && { newest: Math.max(...newest) }),
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
export async function askLeaders(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
  time: number,
): Promise<Map<string, Position>> {
  const answers = await cluster.askEach(ListOffsets, (id) => {
    const led = topics.flatMap(({ name, partitions }) => {
      const own = partitions.filter(({ leader }) => leader === id);
      return own.length === 0
        ? []
        : [{ name, partitions: own.map(({ index }) => ({ index, leaderEpoch: -1, time })) }];
    });
    return led.length === 0 ? undefined : { replica: -1, isolation: 0, topics: led };
  });
  const positions = new Map<string, Position>();
  for (const answer of answers.values()) {
    if (answer instanceof Error) continue;
    for (const { name, partitions } of answer.topics) {
      for (const { index, error, time: at, offset } of partitions) {
        if (error === 0) positions.set(`${name}/${index}`, { time: at, offset });
      }
    }
  }
  return positions;
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
): GroupAtStake[] {
  return (groups ?? [])
    .map(({ group, state, offsets }) => {
      let lag = 0;
      for (const [index, offset] of offsets) lag += Math.max(0, (ends?.get(index) ?? offset) - offset);
      return { group, lag, state };
    })
    .sort((a, b) => (a.group < b.group ? -1 : 1));
}
