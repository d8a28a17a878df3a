import { largest, smallest } from '../../../../model/index.ts';
import type { TopicMetrics } from '../../kinds/topic/metrics.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { api, int8, int16, int32, int64, string } from '../protocol/codec.ts';

/** Times that ListOffsets takes for words: the end of the log, its begin, and the record with the newest time. */
export const LATEST = -1;
export const EARLIEST = -2;
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
  const [starts, ends, firsts, lasts] = await Promise.all(
    [EARLIEST, LATEST, 0, NEWEST].map((time) => listOffsets(cluster, topics, time)),
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
export async function listOffsets(
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
        if (error === 0) positions.set(`${name}/${index}`, { time: at, offset });
      }
    }
  }
  return positions;
}
