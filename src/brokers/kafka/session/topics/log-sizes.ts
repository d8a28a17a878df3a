import type { Cluster } from '../cluster.ts';
import { api, boolean, int16, int32, int64, nullable, string } from '../protocol/codec.ts';

/** Of the disks of the broker that is asked. */
export const DescribeLogDirs = api(
  { key: 35, name: 'DescribeLogDirs', version: 1, flexible: false },
  { topics: nullable([{ topic: string, partitions: [int32] }]) },
  {
    throttle: int32,
    directories: [
      {
        error: int16,
        path: string,
        topics: [{ name: string, partitions: [{ index: int32, size: int64, lag: int64, future: boolean }] }],
      },
    ],
  },
);

/** A partition as a key. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Bytes on disk by `topic/partition`, by broker; undefined for a broker that could not be asked. */
export type LogSizes = ReadonlyMap<number, ReadonlyMap<string, number> | undefined>;

/** What partitions take up on each broker, moving copies included; one request a broker. */
export async function readLogSizes(
  cluster: Cluster,
  places: ReadonlyMap<string, readonly number[]>,
): Promise<LogSizes> {
  const request = { topics: [...places].map(([topic, partitions]) => ({ topic, partitions })) };
  const responses = await cluster.requestEach(DescribeLogDirs, () => request);
  return new Map(
    [...responses].map(([id, response]) => {
      // Without the right to ask (Describe on the cluster) a broker answers with no directories, or with an error.
      if (response instanceof Error || response.directories.every(({ error }) => error !== 0))
        return [id, undefined];
      const sizes = new Map<string, number>();
      for (const { topics } of response.directories) {
        for (const { name, partitions } of topics) {
          for (const { index, size } of partitions) {
            const place = partitionKey(name, index);
            sizes.set(place, (sizes.get(place) ?? 0) + size);
          }
        }
      }
      return [id, sizes];
    }),
  );
}
