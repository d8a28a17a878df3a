import type { TopicMetadata } from '../protocol/requests/cluster.ts';
import type { TopicMoves } from '../specs.ts';
import type { Cluster } from './cluster.ts';
import { type Copies, howFar, placeOf } from './copies.ts';
import type { LogSizes } from './log-sizes.ts';
import { listMoves, type Moving } from './moves.ts';
import { type Mark, readMarks } from './throttle.ts';

/** What of a topic is on its way, and our mark on it. */
interface Found {
  readonly running: ReadonlyMap<number, Moving>;
  readonly mark: Mark | undefined;
}

/** Of topics that have partitions on their way, by name. */
export async function findMoves(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Found>> {
  const moves = await listMoves(cluster);
  const names = topics.flatMap(({ name }) => (moves.has(name) ? [name] : []));
  const marks = await readMarks(cluster, names);
  return new Map(
    names.map((name) => [name, { running: moves.get(name) ?? new Map(), mark: marks.get(name) }]),
  );
}

/** How far they are, for people. */
export function movesOf(
  cluster: Cluster,
  topic: TopicMetadata,
  sizes: LogSizes | undefined,
  found: Found | undefined,
): TopicMoves | undefined {
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
  const places = new Set(numbers.map((partition) => placeOf({ topic: topic.name, partition })));
  return { ours, theirs, ...howFar(cluster, copies, { topics: [topic], sizes, running: places }) };
}
