import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Kafka, type Message } from 'kafkajs';
import { connect } from '../../../src/brokers/kafka/session/index.ts';
import type { JsonObject } from '../../../src/model/index.ts';
import { type TrialOptions, type Tried, tryRedrive } from '../redrive-trial.ts';

const { CompressionTypes, logLevel } = kafkajs;

const NOT_YET = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

/** A broker learns of a new topic a moment after its controller. */
async function untilKnown<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { type = '' } = error as { type?: string };
      if (attempt === 100 || !NOT_YET.includes(type)) throw error;
      await sleep(100);
    }
  }
}

/** Headers as Kafka Connect writes them. */
export function connectHeaders(topic: string, more: Readonly<Record<string, string>> = {}) {
  return {
    '__connect.errors.topic': topic,
    '__connect.errors.exception.class.name': 'DataException',
    ...more,
  };
}

export interface Stored {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** Topics that hold dead letters, and those that they came from, by kafkajs alone. */
export class DeadTopics {
  readonly kafka: Kafka;
  readonly bootstrap: readonly string[];

  constructor(bootstrap: readonly string[]) {
    this.bootstrap = bootstrap;
    this.kafka = new kafkajs.Kafka({ brokers: [...bootstrap], logLevel: logLevel.NOTHING });
  }

  async create(topic: string, partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, configEntries }],
      waitForLeaders: false,
    });
    // Every leader has to know of it.
    await untilKnown(() => admin.fetchTopicOffsets(topic));
    await admin.disconnect();
  }

  async produce(topic: string, messages: Message[], compressed = false): Promise<void> {
    const producer = this.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const compression = compressed ? CompressionTypes.GZIP : CompressionTypes.None;
    for (let at = 0; at < messages.length; at += 500) {
      const some = messages.slice(at, at + 500);
      await untilKnown(() => producer.send({ topic, messages: some, compression }));
    }
    await producer.disconnect();
  }

  /** Records that a consumer of committed ones gets, or of all. */
  async records(topic: string, committed = true): Promise<Stored[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    const groupId = `reader-${Math.random()}`;
    const consumer = this.kafka.consumer({ groupId, readUncommitted: !committed, maxWaitTimeInMs: 100 });
    const left = new Map(
      ends.filter(({ high, low }) => high !== low).map((end) => [end.partition, Number(end.high)]),
    );
    const found: Stored[] = [];
    if (left.size === 0) return found;
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await consumer.run({
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => {
        for (const { offset, key, value, headers = {}, timestamp } of batch.messages) {
          const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
          found.push({
            ...{ partition: batch.partition, offset, timestamp: Number(timestamp) },
            ...{
              key: key?.toString() ?? null,
              value: value?.toString() ?? null,
              headers: Object.fromEntries(texts),
            },
          });
        }
        if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? 0)) left.delete(batch.partition);
        if (left.size === 0) finish();
      },
    });
    // A partition may end with markers alone, which no batch tells.
    await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, 4_000))]);
    await consumer.disconnect();
    return found.sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset));
  }
}

/** Redrives by a session of its own; letters as `source | target | reason | redriven`. */
export async function redriveBy(
  settings: JsonObject,
  topic: string,
  options: TrialOptions = {},
): Promise<Tried> {
  const connection = {
    name: 'main',
    type: 'kafka',
    settings,
    resolve: (text: string) => text,
    timeout: 20_000,
  };
  const session = await connect(connection);
  try {
    return await tryRedrive(
      session,
      `main/topic/${topic}`,
      options,
      ({ source, target, reason, redriven }) => `${source} | ${target} | ${reason} | ${redriven}`,
    );
  } finally {
    await session.close();
  }
}
