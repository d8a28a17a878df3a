import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Consumer, type IHeaders, type Producer } from 'kafkajs';

const { Kafka, logLevel, Partitioners } = kafkajs;

export interface Attempt {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string;
  /** Milliseconds since the record was written to this topic. */
  readonly age: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A topic, and how old a record of it must be before it is tried, in milliseconds. */
export type Stage = readonly [topic: string, delay: number];

/**
 * An application that reads a topic, its retry topics and its dead letters, as applications do that retry without
 * blocking: what fails is written to the next topic, with its key and headers.
 */
export class RetryingClient {
  /** Every record that it took, dead letters too, in order. */
  readonly attempts: Attempt[] = [];
  readonly #producer: Producer;
  readonly #consumers: Consumer[] = [];

  private constructor(producer: Producer) {
    this.#producer = producer;
  }

  /** @param stages the last one is that of dead letters, which it only reads */
  static async start(
    bootstrap: readonly string[],
    stages: readonly Stage[],
    canProcess: (value: string, topic: string) => boolean,
  ): Promise<RetryingClient> {
    const kafka = new Kafka({ brokers: [...bootstrap], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    const client = new RetryingClient(producer);
    await producer.connect();
    await Promise.all(
      stages.map(async ([topic, delay], index) => {
        const consumer = kafka.consumer({ groupId: `${topic}-readers`, maxWaitTimeInMs: 200 });
        client.#consumers.push(consumer);
        await consumer.connect();
        await consumer.subscribe({ topics: [topic], fromBeginning: true });
        const [next] = stages[index + 1] ?? [];
        await consumer.run({
          eachMessage: async ({ partition, message }) => {
            const written = Number(message.timestamp);
            // A timer may end a millisecond early.
            while (Date.now() < written + delay) await sleep(written + delay - Date.now());
            const value = message.value?.toString() ?? '';
            const headers = textsOf(message.headers);
            const key = message.key?.toString();
            client.attempts.push({ topic, partition, key, value, age: Date.now() - written, headers });
            if (next === undefined || canProcess(value, topic)) return;
            const from = { 'failed-in': topic };
            await client.send(next, key, value, { ...headers, ...from });
          },
        });
      }),
    );
    return client;
  }

  async send(topic: string, key: string | undefined, value: string, headers: Record<string, string> = {}) {
    await this.#producer.send({ topic, messages: [{ key: key ?? null, value, headers }] });
  }

  /** The topics that a record went through. */
  pathOf(value: string): string[] {
    return this.attempts.filter((one) => one.value === value).map(({ topic }) => topic);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.disconnect()));
    await this.#producer.disconnect();
  }
}

function textsOf(headers: IHeaders = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
