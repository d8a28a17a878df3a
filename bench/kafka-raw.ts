import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import type { BenchTopic } from './kafka-topology.ts';

const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;

/** Topics in one request, as brokerform has it. */
const CHUNK = 500;

/** Reads all topics with their partitions, and their configs with where each comes from. */
export function list(bootstrap: readonly string[]): Promise<{ topics: number; configs: number }> {
  return withAdmin(bootstrap, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata();
    const described: number[] = [];
    await twoByTwo(chunksOf(topics), async (chunk) => {
      const resources = chunk.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name }));
      const answer = await admin.describeConfigs({ resources, includeSynonyms: true });
      described.push(answer.resources.length);
    });
    return { topics: topics.length, configs: described.reduce((sum, one) => sum + one, 0) };
  });
}

/** Creates the topics, and waits until each partition has a leader. */
export function create(bootstrap: readonly string[], topics: readonly BenchTopic[]): Promise<void> {
  return withAdmin(bootstrap, async (admin) => {
    for (const chunk of chunksOf(topics)) {
      await admin.createTopics({
        waitForLeaders: false,
        timeout: 60_000,
        topics: chunk.map(({ name, partitions, replicationFactor, configs }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        })),
      });
      await untilLed(admin, new Set(chunk.map(({ name }) => name)));
    }
  });
}

/** Deletes them, and waits until no broker lists one any more. */
export function remove(bootstrap: readonly string[], topics: readonly BenchTopic[]): Promise<void> {
  const names = new Set(topics.map(({ name }) => name));
  return withAdmin(bootstrap, async (admin) => {
    const left = async () => (await admin.listTopics()).filter((name) => names.has(name));
    for (let there = await left(); there.length > 0; there = await left()) {
      for (const chunk of chunksOf(there)) {
        // kafkajs asks again after a late answer, and then takes "unknown topic" for a failure.
        await admin.deleteTopics({ topics: chunk, timeout: 60_000 }).catch(() => {});
      }
      await sleep(50);
    }
    // The brokers that were not asked may hear of it later.
    await sleep(1000);
  });
}

async function untilLed(admin: Admin, wanted: ReadonlySet<string>): Promise<void> {
  for (;;) {
    const { topics } = await admin.fetchTopicMetadata();
    const led = topics.filter(
      ({ name, partitions }) => wanted.has(name) && partitions.every(({ leader }) => leader >= 0),
    );
    if (led.length === wanted.size) return;
    await sleep(20);
  }
}

async function withAdmin<T>(bootstrap: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({
    brokers: [...bootstrap],
    logLevel: logLevel.NOTHING,
    requestTimeout: 120_000,
    retry: { retries: 3, initialRetryTime: 100 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function chunksOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) =>
    items.slice(i * CHUNK, (i + 1) * CHUNK),
  );
}

async function twoByTwo<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    [1, 2].map(async () => {
      for (const item of rest) await work(item);
    }),
  );
}
