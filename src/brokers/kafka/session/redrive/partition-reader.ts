import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster.ts';
import { CODE, isMoved } from '../protocol/errors.ts';
import { Fetch } from '../protocol/messages.ts';
import { type KafkaRecord, readBatches } from '../protocol/records.ts';
import { refused } from '../refusals.ts';

/** Bytes that a broker sends at a time; a larger record comes alone. */
const CHUNK = 2 * 1024 * 1024;
/** Milliseconds that a broker may wait for records. */
const MAX_WAIT = 100;
const COMMITTED_ONLY = 1;

/** Milliseconds between two attempts, and for all of them, while a new leader is elected, or a new topic made known. */
export const PAUSE = 100;
export const PATIENCE = 15_000;

/** Records of a partition, and where the next ones begin: what is between them are markers, or removed. */
export interface Chunk {
  readonly records: readonly (KafkaRecord & { readonly isCompressed: boolean })[];
  readonly next: number;
}

/** The partition that is read. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** The records that were committed, from an offset up to an end. @throws BrokerError, ConnectionError */
export async function* readPartition(
  cluster: Cluster,
  place: Place,
  from: number,
  end: number,
): AsyncGenerator<Chunk> {
  for (let at = from; at < end; ) {
    const chunk = await readChunk(cluster, place, at, CHUNK);
    // Nothing before the end: what is left belongs to transactions that are still open.
    if (chunk.next <= at) return;
    at = Math.min(chunk.next, end);
    yield { records: chunk.records.filter(({ offset }) => offset < end), next: at };
  }
}

/** The record of an offset; undefined if the log has none there. @throws BrokerError, ConnectionError */
export async function readRecord(
  cluster: Cluster,
  place: Place,
  offset: number,
): Promise<KafkaRecord | undefined> {
  const { records } = await readChunk(cluster, place, offset, 1);
  return records.find((record) => record.offset === offset);
}

async function readChunk(
  cluster: Cluster,
  { topic, partition }: Place,
  offset: number,
  maxBytes: number,
): Promise<Chunk> {
  const fetched = await fetch(cluster, { topic, partition }, offset, maxBytes);
  // Retention removed it meanwhile: the log goes on later.
  if (fetched.error === CODE.OFFSET_OUT_OF_RANGE)
    return { records: [], next: Math.max(offset, fetched.start) };
  const aborted = fetched.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<number>();
  const records: Chunk['records'][number][] = [];
  let next = offset;
  for (const batch of readBatches(fetched.records)) {
    while (aborted[0] && aborted[0].firstOffset <= batch.lastOffset) {
      aborting.add(aborted.shift()?.producerId ?? -1);
    }
    next = Math.max(next, batch.lastOffset + 1);
    if (batch.control === 'abort') aborting.delete(batch.producerId);
    if (batch.control || (batch.isTransactional && aborting.has(batch.producerId))) continue;
    const isCompressed = batch.codec !== 0;
    for (const record of await batch.records()) {
      if (record.offset >= offset) records.push({ ...record, isCompressed });
    }
  }
  return { records, next };
}

async function fetch(cluster: Cluster, { topic, partition }: Place, offset: number, maxBytes: number) {
  const read = { op: `read topic ${topic}`, right: { operation: 'Read', topic } } as const;
  const until = Date.now() + PATIENCE;
  for (;;) {
    const leader = await leaderOf(cluster, topic, partition);
    const response = await cluster.request(
      Fetch,
      {
        ...{ replica: -1, maxWait: MAX_WAIT, minBytes: 1, maxBytes, isolation: COMMITTED_ONLY },
        ...{ session: 0, epoch: -1, forgotten: [], rack: '' },
        topics: [
          {
            name: topic,
            partitions: [{ index: partition, leaderEpoch: -1, offset, logStart: -1, maxBytes }],
          },
        ],
      },
      leader,
    );
    const found = response.topics[0]?.partitions[0];
    const code = response.error || (found?.error ?? 0);
    if (found && (code === 0 || code === CODE.OFFSET_OUT_OF_RANGE)) return found;
    if (!isMoved(code) || Date.now() > until) throw refused(cluster.settings, { ...read, code });
    await sleep(PAUSE);
  }
}

/** @throws BrokerError */
export async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<number> {
  const [found] = await cluster.metadata([topic]);
  return found?.partitions.find(({ index }) => index === partition)?.leader ?? -1;
}
