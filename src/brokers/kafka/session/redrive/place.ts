import { append } from '../../../../model/index.ts';
import type { Cluster } from '../cluster.ts';
import type { ValueOf } from '../protocol/codec.ts';
import { OffsetCommit } from '../protocol/messages.ts';
import { refused } from '../refusals.ts';
import { OffsetFetch } from '../topics/offsets.ts';
import { type Coordinator, partitionErrorOf } from './coordinator.ts';
import type { Letter, LetterReader } from './letters.ts';
import { type Chunk, readPartition } from './partition-reader.ts';
import { Progress } from './progress.ts';

/** Reads of single records at a time. */
const CONCURRENT = 16;

/** What every part of a redrive works on. */
export interface Place {
  readonly cluster: Cluster;
  readonly topic: string;
  /** Of the committed offsets, and of the transactions. */
  readonly group: string;
  readonly coordinator: Coordinator;
  readonly reader: LetterReader;
  /** The partitions that have letters: the first offsets, and the ends when it was opened. */
  readonly spans: ReadonlyMap<number, { readonly start: number; readonly end: number }>;
}

/** Letters of one partition that were not redriven, and what of its log was read with them. */
export interface LetterChunk {
  readonly partition: number;
  readonly letters: readonly Letter[];
  /** The log from one offset up to another, which has no letters beside these and those that are done. */
  readonly from: number;
  readonly to: number;
}

/** @throws BrokerError, ConnectionError */
export async function* chunksOf(
  { cluster, topic, reader, spans }: Place,
  progress: ReadonlyMap<number, Progress>,
): AsyncGenerator<LetterChunk> {
  for (const [partition, { start, end }] of spans) {
    const done = progress.get(partition);
    let from = done?.from ?? start;
    for await (const chunk of readPartition(cluster, { topic, partition }, from, end)) {
      const left = chunk.records.filter(({ offset }) => !done?.has(offset));
      yield { partition, letters: await lettersOf(reader, partition, left), from, to: chunk.next };
      from = chunk.next;
    }
  }
}

async function lettersOf(
  reader: LetterReader,
  partition: number,
  records: Chunk['records'],
): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (let at = 0; at < records.length; at += CONCURRENT) {
    const some = records.slice(at, at + CONCURRENT);
    append(letters, await Promise.all(some.map((record) => reader.letter(partition, record))));
  }
  return letters;
}

/** What is committed of one partition. */
export interface Commit {
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/**
 * Milliseconds for which a commit is kept: ten years. A cluster forgets others after a week without a consumer
 * (`offsets.retention.minutes`), and all that was redriven would be redriven again. They go with the topic.
 */
const RETENTION = 10 * 365 * 86_400_000;

/** The progress of each partition. @throws BrokerError, ConnectionError */
export async function progressOf({
  cluster,
  coordinator,
  group,
  topic,
  spans,
}: Place): Promise<Map<number, Progress>> {
  const topics = [{ name: topic, partitions: [...spans.keys()] }];
  const asked = { groups: [{ id: group, topics }], stable: true };
  const codeOf = ({ groups: [found] }: ValueOf<typeof OffsetFetch.response>) =>
    found ? found.error || partitionErrorOf(found) : 0;
  const response = await coordinator.ask(OffsetFetch, asked, codeOf);
  const code = codeOf(response);
  const right = { operation: 'Describe', group } as const;
  if (code !== 0) throw refused(cluster.settings, { op: `read the offsets of ${group}`, code, right });
  const partitions = response.groups[0]?.topics[0]?.partitions ?? [];
  const committed = new Map(partitions.map((partition) => [partition.index, partition]));
  return new Map(
    [...spans].map(([partition, { start }]) => {
      const { offset = -1, metadata } = committed.get(partition) ?? {};
      const progress = offset < 0 ? Progress.none(start) : Progress.read(offset, metadata ?? '', start);
      return [partition, progress] as const;
    }),
  );
}

/** Commits outside of a transaction, to be kept for long. @throws BrokerError, ConnectionError */
export async function commit(
  { cluster, coordinator, group, topic }: Place,
  commits: readonly Commit[],
): Promise<void> {
  if (commits.length === 0) return;
  const partitions = commits.map(({ partition: index, offset, metadata }) => ({ index, offset, metadata }));
  const body = {
    ...{ group, generation: -1, member: '', retention: RETENTION },
    topics: [{ name: topic, partitions }],
  };
  const code = partitionErrorOf(await coordinator.ask(OffsetCommit, body, partitionErrorOf));
  const right = { operation: 'Read', group } as const;
  if (code !== 0) throw refused(cluster.settings, { op: `commit the offsets of ${group}`, code, right });
}
