import type { DeadLetter, RedriveRequest } from '../../../../model/index.ts';
import { murmur2 } from '../../routing/partitioner.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { errorWords } from '../protocol/errors.ts';
import type { KafkaRecord, NewRecord } from '../protocol/records.ts';
import { copyHeaders, type Provenance, provenanceOf, redrivenOf, textIn } from './conventions.ts';
import { readRecord } from './partition-reader.ts';

/** A copy, and where it goes. */
export interface Copy {
  readonly topic: string;
  readonly partition: number;
  readonly record: NewRecord;
  /** The dead letter was compressed: uncompressed, it may be larger than the topic takes. */
  readonly isCompressed: boolean;
}

/** A dead letter, with what its redrive takes. */
export interface Letter extends DeadLetter {
  readonly partition: number;
  readonly offset: number;
  /** Absent where it cannot be redriven. */
  readonly copy?: Copy;
}

type Read = KafkaRecord & { readonly isCompressed: boolean };

/** Most topics that letters may name: each is asked for. */
const MOST_TOPICS = 10_000;
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** Finds out where the records of a topic of dead letters came from, and what goes back there. */
export class LetterReader {
  readonly #cluster: Cluster;
  readonly #request: RedriveRequest;
  readonly #dead: string;
  readonly #topics = new Map<string, Promise<TopicMetadata | string>>();

  constructor(cluster: Cluster, request: RedriveRequest, dead: string) {
    this.#cluster = cluster;
    this.#request = request;
    this.#dead = dead;
  }

  /** Topics that letters came from, or go to. */
  async known(): Promise<TopicMetadata[]> {
    const found = await Promise.all(this.#topics.values());
    return found.filter((topic) => typeof topic !== 'string');
  }

  /** @throws BrokerError, ConnectionError */
  async letter(partition: number, record: Read): Promise<Letter> {
    const { offset, headers, timestamp } = record;
    const origin = provenanceOf(headers);
    const base = {
      ...{ partition, offset, id: `partition ${partition}, offset ${offset}` },
      ...(timestamp >= 0 && { time: timestamp }),
      ...(origin && { source: origin.topic }),
      ...(origin?.reason !== undefined && { reason: origin.reason }),
    };
    const died = origin?.isReference ? await this.#referenced(origin, record) : record;
    if (!died) {
      const problem = `record ${origin?.offset} of ${origin?.topic}-${origin?.partition} no longer exists`;
      return { ...base, size: 0, redriven: 0, header: () => undefined, problem };
    }
    const letter = { ...base, ...contents(died) };
    const topic = this.#request.to ?? origin?.topic;
    if (topic === undefined) {
      return { ...letter, problem: 'no header contains the original topic: set one with --to' };
    }
    const target = await this.#topic(topic);
    if (typeof target === 'string') return { ...letter, target: topic, problem: target };
    const copy: Copy = {
      topic,
      partition: partitionFor(target, record, origin, partition),
      record: {
        key: died.key,
        value: died.value,
        headers: copyHeaders(died, timestamp, this.#request.run),
      },
      isCompressed: died.isCompressed,
    };
    return { ...letter, target: topic, copy };
  }

  /** The record itself: what a share group writes has no headers of it, and often neither key nor value. */
  async #referenced({ topic, partition, offset }: Provenance, record: Read): Promise<Read | undefined> {
    const source = await this.#topic(topic);
    const isThere = typeof source !== 'string' && source.partitions.some(({ index }) => index === partition);
    if (isThere && partition !== undefined && offset !== undefined) {
      const found = await readRecord(this.#cluster, { topic, partition }, offset);
      if (found) return { ...found, isCompressed: record.isCompressed };
    }
    return record.key === null && record.value === null ? undefined : record;
  }

  /** A topic, or why nothing can go there. @throws ConnectionError, BrokerError */
  #topic(name: string): Promise<TopicMetadata | string> {
    if (!TOPIC_NAME.test(name)) return Promise.resolve(`${JSON.stringify(name)} is not a topic name`);
    if (name === this.#dead) return Promise.resolve(`it would go back into topic ${name}`);
    // Any client can write such a header: topics of the cluster itself are never written to.
    if (name.startsWith('__')) return Promise.resolve(`topic ${name} is internal`);
    const known = this.#topics.get(name) ?? this.#ask(name);
    if (this.#topics.size < MOST_TOPICS) this.#topics.set(name, known);
    return known;
  }

  async #ask(name: string): Promise<TopicMetadata | string> {
    const [found] = await this.#cluster.metadata([name]);
    if (found?.error !== 0) return `topic ${name}: ${errorWords(found?.error ?? 3)}`;
    return found.internal ? `topic ${name} is internal` : found;
  }
}

function contents({ key, value, headers }: KafkaRecord) {
  return {
    size: value?.length ?? 0,
    redriven: redrivenOf(headers),
    ...(key !== null && { key: key.subarray(0, 4096).toString('utf8') }),
    header: (name: string) => textIn(headers, name),
  };
}

/**
 * The partition that the record was in, as its producer may have had any partitioner. If that is not known, the one of its
 * key by the default of Java's clients, and without a key any.
 */
function partitionFor(
  { partitions }: TopicMetadata,
  { key, offset }: KafkaRecord,
  origin: Provenance | undefined,
  partition: number,
): number {
  const first = origin?.partition;
  if (first !== undefined && partitions.some(({ index }) => index === first)) return first;
  const count = Math.max(1, partitions.length);
  if (key !== null) return (murmur2(key) & 0x7fffffff) % count;
  return (partition + offset) % count;
}
