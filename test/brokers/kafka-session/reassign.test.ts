import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { KafkaCall } from '../../../src/brokers/kafka/kinds/index.ts';
import { create, fresh, open, produce, readOne, send, stranger, topic } from './support.ts';

const shared = inject('kafka');

const LEADER = 'leader.replication.throttled.replicas';
const FOLLOWER = 'follower.replication.throttled.replicas';
const RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];

function move(name: string, replicas: Record<string, number[]>): KafkaCall {
  return { op: 'topic.reassign', target: topic(name), body: { name, replicas } };
}

function settle(name: string): KafkaCall {
  return { op: 'topic.settle', target: topic(name), body: { name } };
}

/** All throttle configs of a topic and of the brokers, as another client sees them. */
async function throttles(bootstrap: readonly string[], name: string): Promise<string[]> {
  const admin = stranger(bootstrap).admin();
  await admin.connect();
  const ofTopic = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: 2, name, configNames: [LEADER, FOLLOWER] }],
  });
  const found = ofTopic.resources.flatMap(({ configEntries }) =>
    configEntries.map((entry) => entry.configValue),
  );
  for (const id of ['1', '2', '3']) {
    const ofBroker = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 4, name: id, configNames: RATES }],
    });
    found.push(
      ...ofBroker.resources.flatMap(({ configEntries }) => configEntries.map((entry) => entry.configValue)),
    );
  }
  await admin.disconnect();
  return found.filter((value) => value !== null && value !== undefined && value !== '');
}

/** The client asks brokers that may hear of it a moment later than the one that the session asks. */
async function expectNoThrottle(bootstrap: readonly string[], name: string): Promise<void> {
  await expect.poll(() => throttles(bootstrap, name), { timeout: 5_000 }).toEqual([]);
}

/** One and a half megabytes in each partition: some fifteen seconds at 100 kB/s. */
async function fill(bootstrap: readonly string[], name: string, partitions: number): Promise<void> {
  const value = 'x'.repeat(500_000);
  for (let partition = 0; partition < partitions; partition++) {
    for (let i = 0; i < 3; i++) await produce(bootstrap, name, [{ value, partition }]);
  }
}

const SLOW = { reassignment: { throttle: '100kB', batch: 10 } };

// One after the other: the throttle's rate belongs to the brokers, not to a topic.
describe.each(['old', 'current'] as const)('moving partitions on the %s Kafka', (line) => {
  let bootstrap: string[] = [];

  beforeEach((context) => {
    context.skip(!shared[line], shared.skipped[line]);
    bootstrap = [...(shared[line]?.bootstrap ?? [])];
  });

  test('changes replication factor and placement, in batches, and leaves no throttle behind', async () => {
    const { session } = await open({ settings: { bootstrap, reassignment: { batch: 2 } } });
    const [name, other] = [fresh('moved'), fresh('moved')];
    await send(session, [
      [
        {
          op: 'topic.create',
          target: topic(name),
          body: {
            name,
            partitions: 3,
            replicationFactor: 1,
            replicas: { 0: [1], 1: [1], 2: [1] },
            configs: {},
          },
        },
      ],
      [create(other)],
    ]);
    await produce(
      bootstrap,
      name,
      [0, 1, 2].map((partition) => ({ value: 'x', partition })),
    );
    const replicas = { 0: [1, 2, 3], 1: [2, 3, 1], 2: [3, 1, 2] };
    const outcomes = await send(session, [
      [move(name, replicas)],
      [move(other, { 0: [1, 9] })],
      [move(fresh('gone'), { 0: [1] })],
    ]);
    expect(outcomes.map(({ status, failure }) => [status, failure?.status])).toEqual([
      ['done', undefined],
      ['failed', 'INVALID_REPLICA_ASSIGNMENT'],
      ['failed', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ]);
    const live = await readOne(session, topic(name));
    expect(live?.spec).toMatchObject({ replicas, 'replication-factor': 3 });
    expect(live?.spec).not.toHaveProperty('throttle');
    await expectNoThrottle(bootstrap, name);
    await expectNoThrottle(bootstrap, other);

    // Down again, which copies nothing; and once more, which moves nothing.
    const fewer = { 0: [2], 1: [2, 3], 2: [3, 1] };
    for (let i = 0; i < 2; i++) {
      expect(await send(session, [[move(name, fewer)]])).toMatchObject([{ status: 'done' }]);
      expect((await readOne(session, topic(name)))?.spec).toMatchObject({
        'replication-factor': [1, 2],
        replicas: fewer,
      });
    }
    // The first replica leads.
    const admin = stranger(bootstrap).admin();
    await admin.connect();
    const [metadata] = (await admin.fetchTopicMetadata({ topics: [name] })).topics;
    await admin.disconnect();
    expect(metadata?.partitions.map(({ leader }) => leader).sort()).toEqual([2, 2, 3]);
  });

  test('a run that is killed leaves its throttle; the next one sees it, waits, and takes it away', async () => {
    const opened = await open({ settings: { bootstrap, ...SLOW } });
    const { session } = opened;
    const name = fresh('killed');
    await send(session, [
      [
        {
          op: 'topic.create',
          target: topic(name),
          body: { name, partitions: 1, replicationFactor: 1, replicas: { 0: [1] }, configs: {} },
        },
      ],
    ]);
    await fill(bootstrap, name, 1);
    const target = { 0: [2, 3] };
    const mover = startMover(bootstrap, name, target);
    await saysRunning(mover);
    mover.kill('SIGKILL');

    // As it will be, and that it is on its way: no second move is planned, but the end of this one.
    const live = await readOne(session, topic(name));
    expect(live?.spec).toMatchObject({ replicas: target, 'replication-factor': 2, throttle: 'ours' });
    const left = await throttles(bootstrap, name);
    expect(left.filter((value) => value === '100417').length).toBeGreaterThanOrEqual(4);
    expect(left).toContain('0:1,0:1');

    // Another target for what is on its way is refused, the same target is waited for.
    const drain = new AbortController();
    setTimeout(() => drain.abort(), 500);
    const signals = { drain: drain.signal, abort: new AbortController().signal };
    expect(await send(session, [[move(name, { 0: [3, 1] })]], signals)).toMatchObject([
      {
        status: 'failed',
        failure: { status: 'REASSIGNMENT_IN_PROGRESS', message: expect.stringContaining('to brokers 2, 3') },
      },
    ]);
    const waited = await send(session, [[move(name, target)]], signals);
    expect(waited).toMatchObject([
      {
        status: 'under-way',
        note: expect.stringMatching(/^stopped waiting: 0 of 1 partition moved, .* copied, waiting/),
      },
    ]);
    expect((await readOne(session, topic(name)))?.spec).toMatchObject({ throttle: 'ours' });

    expect(await send(session, [[settle(name)]])).toEqual([{ unit: 0, status: 'done', callsDone: 1 }]);
    const settled = await readOne(session, topic(name));
    expect(settled?.spec).toMatchObject({ replicas: target });
    expect(settled?.spec).not.toHaveProperty('throttle');
    await expectNoThrottle(bootstrap, name);
  }, 120_000);

  test('what others have throttled stays as it is, and a leftover without a move is seen as one', async () => {
    const { session } = await open({ settings: { bootstrap } });
    const [theirs, ours] = [fresh('theirs'), fresh('ours')];
    const one = (name: string, configs: Record<string, string>): KafkaCall[] => [
      {
        op: 'topic.create',
        target: topic(name),
        body: { name, partitions: 1, replicationFactor: 1, replicas: { 0: [1] }, configs },
      },
    ];
    await send(session, [
      one(theirs, { [LEADER]: '0:1', [FOLLOWER]: '0:2' }),
      one(ours, { [LEADER]: '0:1,0:1' }),
    ]);
    expect((await readOne(session, topic(theirs)))?.spec).not.toHaveProperty('throttle');
    expect((await readOne(session, topic(ours)))?.spec).toMatchObject({ throttle: 'ours' });

    expect(
      await send(session, [[move(theirs, { 0: [1, 2] })], [settle(ours)], [settle(theirs)]]),
    ).toMatchObject([{ status: 'done' }, { status: 'done' }, { status: 'done' }]);
    expect((await throttles(bootstrap, theirs)).sort()).toEqual(['0:1', '0:2']);
    await expectNoThrottle(bootstrap, ours);
  });
});

function startMover(bootstrap: readonly string[], name: string, replicas: object): ChildProcess {
  const script = fileURLToPath(new URL('./mover.ts', import.meta.url));
  const args = ['--import', 'tsx', script, bootstrap.join(','), name, JSON.stringify(replicas)];
  const mover = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void mover.kill('SIGKILL'));
  return mover;
}

async function saysRunning(mover: ChildProcess): Promise<void> {
  for await (const chunk of mover.stdout ?? []) {
    if (String(chunk).includes('running')) return;
    throw new Error(`the mover ended too soon: ${chunk}`);
  }
}
