import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { CliFolder, variable } from '../cli-folder.ts';
import { freshPrefix, LINES, sharedCluster } from './lines.ts';
import { RetryingClient, type Stage } from './retrying-client.ts';
import { Stranger } from './stranger.ts';

const DAY = 86_400_000;
const RETRIES = ['1s', '2500ms'];
/** In milliseconds. */
const DELAYS = [1_000, 2_500];
/** How late a client with much else to do may be. */
const LATE = 10_000;
const FOREVER = '9223372036854775807';

for (const line of LINES) {
  const cluster = sharedCluster(line);
  const { bootstrap } = cluster;
  describe.skipIf(cluster.missing)(`patterns of Kafka ${cluster.version}`, () => {
    test('what patterns stand for does what they promise', async ({ onTestFinished }) => {
      const prefix = freshPrefix();
      const [events, store, control] = [`${prefix}events`, `${prefix}store`, `${prefix}control`];
      const stranger = await Stranger.connect(bootstrap, prefix);
      onTestFinished(() => stranger.close());
      const project = new CliFolder({ KAFKA: bootstrap.join(',') });
      onTestFinished(() => project.removeFolder());
      project.write('brokerform.yaml', {
        project: 'shop',
        topologies: ['topology.yaml'],
        brokers: { main: { type: 'kafka', bootstrap: [variable('KAFKA')] } },
      });
      // Compacted as soon as it is possible, if it is.
      const eager = { 'segment.ms': 100, 'min.cleanable.dirty.ratio': 0.01 };
      project.write('topology.yaml', {
        patterns: {
          [events]: {
            kind: 'event-stream',
            partitions: 3,
            keep: '1d',
            retries: RETRIES,
            'dead-letters': { keep: '30d' },
          },
          [store]: {
            kind: 'event-store',
            key: 'user-id',
            partitions: 1,
            with: { [`topic/${store}`]: { configs: eager } },
          },
        },
        kafka: {
          topics: {
            [control]: {
              partitions: 1,
              'replication-factor': 3,
              configs: { 'cleanup.policy': 'compact', 'min.insync.replicas': 2, ...eager },
            },
          },
        },
      });
      await project.expectFinished();

      const topics = await stranger.topics();
      const kept = (time: number, segment: number) => ({
        partitions: 3,
        replicas: [3, 3, 3],
        configs: {
          'min.insync.replicas': '2',
          'retention.ms': String(time),
          'segment.ms': String(segment),
        },
      });
      expect(Object.fromEntries(topics)).toEqual({
        [events]: kept(DAY, DAY / 4),
        [`${events}-retry-1s`]: kept(DAY, DAY / 4),
        [`${events}-retry-2500ms`]: kept(DAY, DAY / 4),
        [`${events}-dlq`]: kept(30 * DAY, 7 * DAY),
        [store]: {
          partitions: 1,
          replicas: [3],
          configs: {
            'cleanup.policy': 'compact',
            'min.compaction.lag.ms': FOREVER,
            'max.compaction.lag.ms': FOREVER,
            'min.insync.replicas': '2',
            'segment.ms': '100',
            'min.cleanable.dirty.ratio': '0.01',
          },
        },
        [control]: expect.anything(),
      });

      await Promise.all([retries(events), keepsEverything(stranger, store, control)]);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    }, 120_000);
  });

  async function retries(events: string): Promise<void> {
    const stages: Stage[] = [
      [events, 0],
      ...RETRIES.map((delay, index): Stage => [`${events}-retry-${delay}`, DELAYS[index] ?? 0]),
      [`${events}-dlq`, 0],
    ];
    const names = stages.map(([name]) => name);
    const client = await RetryingClient.start(bootstrap, stages, (value, topic) => {
      if (value === 'flaky') return topic !== events;
      return value !== 'bad';
    });
    try {
      for (const value of ['bad', 'flaky', 'good'])
        await client.send(events, 'user-42', value, { trace: 't1' });
      await vi.waitFor(() => expect(client.pathOf('bad')).toEqual(names), { timeout: 60_000 });
      await vi.waitFor(() => expect(client.pathOf('flaky')).toEqual(names.slice(0, 2)), { timeout: 10_000 });
      expect(client.pathOf('good')).toEqual([events]);
      // The same key has the same partition in all of them, so what belongs together stays together.
      expect(new Set(client.attempts.map(({ key, partition }) => `${key} ${partition}`)).size).toBe(1);
      const bad = client.attempts.filter(({ value }) => value === 'bad');
      expect(bad.at(-1)?.headers).toEqual({ trace: 't1', 'failed-in': names.at(-2) });
      for (const [index, delay] of DELAYS.entries()) {
        const age = bad[index + 1]?.age;
        expect(age).toBeGreaterThanOrEqual(delay);
        expect(age).toBeLessThan(1.2 * delay + LATE);
      }
    } finally {
      await client.stop();
    }
  }

  /** Five records of one key, each of which closes the segment of the one before it. */
  async function keepsEverything(stranger: Stranger, store: string, control: string): Promise<void> {
    for (let i = 0; i < 5; i++) {
      await Promise.all([store, control].map((topic) => stranger.partitionsOf(topic, ['user-42'])));
      await sleep(150);
    }
    await expect(stranger.produce(store, ['without a key'])).rejects.toThrow();
    await expect(stranger.deleteRecords(store, 3)).rejects.toThrow();
    await vi.waitFor(async () => expect((await stranger.offsets(control)).length).toBeLessThan(5), {
      timeout: 60_000,
      interval: 1_000,
    });
    expect(await stranger.offsets(store)).toEqual([0, 1, 2, 3, 4]);
  }
}
