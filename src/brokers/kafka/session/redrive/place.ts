import { append } from '../../../../model/index.ts';
import type { Cluster } from '../cluster.ts';
import type { Coordinator } from './coordinator.ts';
import type { Letter, LetterReader } from './letters.ts';
import { readProgress } from './offsets.ts';
import { type Chunk, readPartition } from './partition-reader.ts';
import type { Progress } from './progress.ts';

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

/** @throws BrokerError, ConnectionError */
export function progressOf({
  cluster,
  coordinator,
  group,
  topic,
  spans,
}: Place): Promise<Map<number, Progress>> {
  const starts = new Map([...spans].map(([partition, { start }]) => [partition, start]));
  return readProgress(cluster, coordinator, { group, topic }, starts);
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
