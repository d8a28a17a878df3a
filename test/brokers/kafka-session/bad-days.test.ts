import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LocalKafka, startKafka, Unavailable } from '../../../local/kafka.ts';
import type { KafkaCall } from '../../../src/brokers/kafka/calls.ts';
import { activeController } from './quorum.ts';
import { create, declared, fresh, open, readOne, remove, send, topic } from './support.ts';

// A cluster of its own: its brokers are killed.
describe.skipIf(process.env.BROKERFORM_TEST_BROKERS === 'none')('bad days of a Kafka cluster', () => {
  let cluster: LocalKafka;
  let missing: string | undefined;

  beforeAll(async () => {
    try {
      cluster = await startKafka('current');
      if (cluster.brokers.length === 0) missing = 'a given cluster is not stopped';
    } catch (error) {
      if (!(error instanceof Unavailable) || process.env.CI === 'true') throw error;
      missing = error.reason;
    }
  }, 900_000);

  beforeEach((context) => {
    context.skip(missing !== undefined, missing);
  });

  afterAll(async () => {
    await cluster?.stop();
  });

  const settings = () => ({ bootstrap: [...cluster.bootstrap] });

  function creations(count: number, partitions = 1): { names: string[]; units: KafkaCall[][] } {
    const names = Array.from({ length: count }, () => fresh('bad'));
    return { names, units: names.map((name) => [create(name, partitions, 3)]) };
  }

  async function live(
    session: Awaited<ReturnType<typeof open>>['session'],
    names: readonly string[],
  ): Promise<number> {
    const desired = names.map((name) => declared(topic(name)));
    return (await session.read({ desired, retired: [], owns: [] })).length;
  }

  test('the controller moves in the middle of an apply', async () => {
    const { session } = await open({ settings: settings(), timeout: 30_000 });
    const leader = await activeController(cluster.bootstrap);
    const victim = cluster.brokers.find(({ id }) => id === leader);
    expect(victim).toBeDefined();
    const { names, units } = creations(300, 2);
    const sending = send(session, units);
    await sleep(50);
    await victim?.kill();
    const outcomes = await sending;
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['done']));
    expect(await live(session, names)).toBe(names.length);
    expect(await activeController(cluster.bootstrap)).not.toBe(leader);
    await victim?.start();
  }, 120_000);

  test('one broker is killed and comes back: reads and changes go on through the others', async () => {
    const { session } = await open({ settings: settings(), timeout: 30_000 });
    const { names, units } = creations(5);
    const [home] = cluster.brokers;
    await home?.kill();
    const outcomes = await send(session, units);
    expect(outcomes.map(({ status }) => status)).toEqual(names.map(() => 'done'));
    expect(await live(session, names)).toBe(names.length);
    const seen = await session.observe(names.map((name) => declared(topic(name))));
    // The dead broker's disk could not be asked: that is unknown, and not less.
    for (const name of names) expect(seen.get(topic(name)) ?? {}).not.toHaveProperty('bytes');
    expect((await session.examine()).filter(({ ok }) => !ok)).toMatchObject([{ name: 'broker 1' }]);
    await home?.start();
    await expect
      .poll(async () => (await session.examine()).every(({ ok }) => ok), { timeout: 30_000 })
      .toBe(true);
    expect(await live(session, names)).toBe(names.length);
  }, 120_000);

  test('a topic that someone deletes or creates between plan and apply', async () => {
    const [ours, other] = [await open({ settings: settings() }), await open({ settings: settings() })];
    const [gone, made] = [fresh('gone'), fresh('made')];
    await send(ours.session, [[create(gone)]]);
    await send(other.session, [[remove(gone)], [create(made)]]);
    const outcomes = await send(ours.session, [
      [
        {
          op: 'topic.configs',
          target: topic(gone),
          body: { name: gone, set: { 'retention.ms': '1' }, unset: [] },
        },
      ],
      [{ op: 'topic.partitions', target: topic(gone), body: { name: gone, count: 3 } }],
      [remove(gone)],
      [create(made)],
    ]);
    expect(outcomes.map(({ status, failure }) => failure?.status ?? status)).toEqual([
      'UNKNOWN_TOPIC_OR_PARTITION',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'done',
      'TOPIC_ALREADY_EXISTS',
    ]);
    expect(await readOne(ours.session, topic(gone))).toBeUndefined();
  });

  test('all brokers down, and back', async () => {
    const { session } = await open({ settings: settings(), timeout: 5_000 });
    const { names, units } = creations(3);
    await send(session, units);
    await Promise.all(cluster.brokers.map((broker) => broker.kill()));

    const started = performance.now();
    await expect(live(session, names)).rejects.toMatchObject({ name: 'ConnectionError', transient: true });
    expect(performance.now() - started).toBeLessThan(5_000);
    await expect(open({ settings: settings() })).rejects.toMatchObject({ transient: true });
    const lost = await send(session, [[create(fresh('down'))]]);
    expect(lost).toMatchObject([
      { status: 'failed', callsDone: 0, failure: { message: expect.stringContaining('nothing listens') } },
    ]);

    await Promise.all(cluster.brokers.map((broker) => broker.start()));
    await expect.poll(() => live(session, names).catch(() => 0), { timeout: 30_000 }).toBe(3);
  }, 120_000);

  test('a broker that hangs does not hang us for longer than a request may take', async () => {
    const { session } = await open({ settings: settings(), timeout: 2_000 });
    const name = fresh('hangs');
    await send(session, [[create(name, 1, 3)]]);
    // The first one is where this session's reads go.
    const pid = Number(readFileSync(join(cluster.folder, 'kafka-1.pid'), 'utf8').split(' ')[0]);
    process.kill(pid, 'SIGSTOP');
    try {
      const started = performance.now();
      expect(await live(session, [name])).toBe(1);
      expect(performance.now() - started).toBeLessThan(5_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }, 120_000);
});
