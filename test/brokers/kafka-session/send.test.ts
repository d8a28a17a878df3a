import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { ConfigsAlter } from '../../../src/brokers/kafka/kinds/configs/spec.ts';
import type { KafkaCall } from '../../../src/brokers/kafka/kinds/index.ts';
import { Cluster } from '../../../src/brokers/kafka/session/cluster.ts';
import { execute, type Result } from '../../../src/brokers/kafka/session/executor.ts';
import { AlterConfigs } from '../../../src/brokers/kafka/session/protocol/configs.ts';
import { readSettings } from '../../../src/brokers/kafka/session/settings.ts';
import { configuration } from '../../../src/brokers/kafka/session/topics/changes.ts';
import { counted, create, fresh, open, produce, readOne, remove, send, stranger, topic } from './support.ts';

const shared = inject('kafka');

function configs(name: string, set: Record<string, string>, unset: string[] = []): KafkaCall {
  return { op: 'topic.configs', target: topic(name), body: { name, set, unset } };
}

describe.each(['old', 'current'] as const)('changing the %s Kafka', (line) => {
  let bootstrap: string[] = [];

  beforeEach((context) => {
    context.skip(!shared[line], shared.skipped[line]);
    bootstrap = [...(shared[line]?.bootstrap ?? [])];
  });

  test('many calls are few requests, and each unit has its own true outcome', async () => {
    const opened = await open({ settings: { bootstrap } });
    const { session } = opened;
    const names = Array.from({ length: 5 }, () => fresh('batch'));
    const [a = '', b = '', c = '', d = '', e = ''] = names;
    await send(session, [[create(c)]]);
    const units: KafkaCall[][] = [
      [
        create(a, 2, 3),
        configs(a, { 'retention.ms': '60000' }),
        { op: 'topic.partitions', target: topic(a), body: { name: a, count: 4 } },
      ],
      [create(b, 1, 9)],
      [create(c)],
      [create('not a legal name!')],
      [create(d, 1, 1, { 'cleanup.policy': 'nonsense' })],
      [create(e), configs(e, { 'retention.ms': 'soon' }), remove(e)],
      [configs(fresh('nowhere'), { 'retention.ms': '1' })],
    ];
    let outcomes: Awaited<ReturnType<typeof send>> = [];
    const counts = await counted(opened, async () => {
      outcomes = await send(session, units);
    });
    expect(counts).toMatchObject({ CreateTopics: 1, CreatePartitions: 1 });
    expect(counts.IncrementalAlterConfigs).toBeLessThanOrEqual(2);
    expect(outcomes.map(({ status, callsDone }) => [status, callsDone])).toEqual([
      ['done', 3],
      ['failed', 0],
      ['already', 0],
      ['failed', 0],
      ['failed', 0],
      ['failed', 1],
      ['failed', 0],
    ]);
    expect(outcomes.map(({ failure }) => failure?.status)).toEqual([
      undefined,
      'INVALID_REPLICATION_FACTOR',
      'TOPIC_ALREADY_EXISTS',
      'INVALID_TOPIC_EXCEPTION',
      'INVALID_CONFIG',
      'INVALID_CONFIG',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ]);
    expect(outcomes[5]?.failure?.message).toContain('retention.ms');
    expect((await readOne(session, topic(a)))?.spec).toMatchObject({
      partitions: 4,
      'configs.retention.ms': '60000',
    });
    expect(await readOne(session, topic(e))).toBeDefined();
  });

  test('what was done is seen by the next read, at once', async () => {
    const { session } = await open({ settings: { bootstrap } });
    for (let i = 0; i < 5; i++) {
      const name = fresh('seen');
      const replicas = { 0: [3, 1], 1: [1, 2] };
      const body = {
        ...{ name, partitions: 2, replicationFactor: 2, replicas },
        configs: { 'segment.ms': '70000' },
      };
      await send(session, [[{ op: 'topic.create', target: topic(name), body }]]);
      expect((await readOne(session, topic(name)))?.spec).toMatchObject({
        replicas,
        'configs.segment.ms': '70000',
      });
      const added = { 2: [2, 3], 3: [3, 1] };
      await send(session, [
        [
          configs(name, { 'retention.ms': '1000', 'cleanup.policy': 'compact,delete' }, ['segment.ms']),
          { op: 'topic.partitions', target: topic(name), body: { name, count: 4, replicas: added } },
        ],
      ]);
      const live = (await readOne(session, topic(name), { 'configs.segment.ms': null }))?.spec;
      expect(live).toMatchObject({ replicas: { ...replicas, ...added }, 'configs.retention.ms': '1000' });
      expect(live).toMatchObject({ sources: { 'segment.ms': { origin: 'default' } } });
      await send(session, [[remove(name)]]);
      expect(await readOne(session, topic(name))).toBeUndefined();
    }
  });

  test('a deletion that is only for the empty leaves the full; what is gone is done', async () => {
    const { session } = await open({ settings: { bootstrap } });
    const [full, empty] = [fresh('full'), fresh('empty')];
    await send(session, [[create(full, 3)], [create(empty, 3)]]);
    await produce(bootstrap, full, [{ value: 'first' }]);
    const outcomes = await send(session, [
      [remove(full, true)],
      [remove(empty, true)],
      [remove(fresh('gone'), true)],
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'done', 'done']);
    expect(outcomes[0]?.failure?.message).toBe('not deleted: it now holds 1 messages');
    expect(await readOne(session, topic(full))).toBeDefined();
    expect((await send(session, [[remove(full, false)]]))[0]).toMatchObject({ status: 'done' });
  });

  test('the old request for configs keeps what others have set, and reads back', async () => {
    const connection = {
      name: 'events',
      type: 'kafka',
      settings: { bootstrap },
      resolve: (text: string) => text,
    };
    const requests: string[] = [];
    const cluster = await Cluster.open(readSettings({ ...connection, timeout: 20_000 }), (api) =>
      requests.push(api.name),
    );
    onTestFinished(() => cluster.close());
    const { session } = await open({ settings: { bootstrap } });
    const name = fresh('legacy');
    await send(session, [
      [
        create(name, 1, 1, {
          'flush.ms': '77',
          'retention.ms': '5',
          'leader.replication.throttled.replicas': '*',
        }),
      ],
    ]);

    // The two sessions may read from different brokers, which hear of the topic at different moments.
    await expect.poll(async () => (await cluster.metadata([name]))[0]?.error).toBe(0);
    const offers = cluster.offers.bind(cluster);
    cluster.offers = (api) => api.name !== 'IncrementalAlterConfigs' && offers(api);
    const body: ConfigsAlter = { name, set: { 'segment.ms': '70000' }, unset: ['retention.ms'] };
    const change = (own: ConfigsAlter) =>
      new Promise<Result>((settle) => {
        execute(cluster.settings, configuration(cluster), [{ body: own, settle }], {
          drain: new AbortController().signal,
        });
      });
    // What is not known cannot be kept.
    expect(await change({ ...body, name: fresh('never') })).toMatchObject({ status: 'failed' });
    expect(await change(body)).toEqual({ status: 'done' });
    expect(requests).toContain(AlterConfigs.name);
    const kafka = stranger(bootstrap).admin();
    await kafka.connect();
    const overrides = async () => {
      const resources = [{ type: 2, name }];
      const described = await kafka.describeConfigs({ includeSynonyms: false, resources });
      const own = described.resources[0]?.configEntries.filter((entry) => entry.configSource === 1);
      return Object.fromEntries(own?.map((entry) => [entry.configName, entry.configValue]) ?? []);
    };
    await expect.poll(overrides).toEqual({
      'flush.ms': '77',
      'segment.ms': '70000',
      'leader.replication.throttled.replicas': '*',
    });
    await kafka.disconnect();
  });

  test('a preview tells what the cluster would refuse, and changes nothing', async () => {
    const opened = await open({ settings: { bootstrap } });
    const { session } = opened;
    const [there, fine, coming] = [fresh('there'), fresh('fine'), fresh('coming')];
    await send(session, [[create(there, 2)], [create(fine)]]);
    const units: KafkaCall[][] = [
      [create(coming)],
      [create(fresh('wide'), 1, 7)],
      [configs(there, { 'min.insync.replicas': '0' })],
      [configs(fine, { 'retention.ms': '10' })],
      [{ op: 'topic.partitions', target: topic(there), body: { name: there, count: 1 } }],
      [remove(there), create(there)],
    ];
    let objections: Awaited<ReturnType<NonNullable<typeof session.preview>>> = [];
    const counts = await counted(opened, async () => {
      objections = (await session.preview?.(units)) ?? [];
    });
    // One of the units deletes: whether that is allowed is a config of the brokers.
    const changes = { CreateTopics: 1, CreatePartitions: 1, IncrementalAlterConfigs: 1 };
    expect(counts).toEqual({ ...changes, DescribeConfigs: 1 });
    expect(objections.map(({ unit, failure }) => [unit, failure.status])).toEqual([
      [1, 'INVALID_REPLICATION_FACTOR'],
      [2, 'INVALID_CONFIG'],
      [4, 'INVALID_PARTITIONS'],
    ]);
    expect(await readOne(session, topic(coming))).toBeUndefined();
    expect((await readOne(session, topic(there)))?.spec).toMatchObject({ partitions: 2 });
    expect((await readOne(session, topic(fine)))?.spec).toMatchObject({
      'configs.retention.ms': '604800000',
    });
  });

  test('a preview of wide topics is sent in as many requests as the controller takes', async () => {
    const opened = await open({ settings: { bootstrap } });
    const units = Array.from({ length: 500 }, () => [create(fresh('wide'), 30)]);
    let objections: Awaited<ReturnType<NonNullable<typeof opened.session.preview>>> = [];
    const counts = await counted(opened, async () => {
      objections = (await opened.session.preview?.(units)) ?? [];
    });
    expect(objections).toEqual([]);
    expect(counts).toEqual({ CreateTopics: 2 });
  });

  test('two applies at once: each is told what it did, and nothing is done twice', async () => {
    const names = Array.from({ length: 20 }, () => fresh('race'));
    const sessions = await Promise.all([1, 2].map(() => open({ settings: { bootstrap } })));
    const outcomes = await Promise.all(
      sessions.map(({ session }) =>
        send(
          session,
          names.map((name) => [create(name, 2)]),
        ),
      ),
    );
    for (const i of names.keys()) {
      const both = outcomes.map((list) => list[i]?.failure?.status ?? list[i]?.status).sort();
      expect(both).toEqual(['TOPIC_ALREADY_EXISTS', 'done']);
    }
  });

  test('a topic that somebody deletes or creates after it was read', async () => {
    const { session } = await open({ settings: { bootstrap } });
    const [gone, made] = [fresh('gone'), fresh('made')];
    await send(session, [[create(made)]]);
    const configs = { name: gone, set: { 'retention.ms': '1' }, unset: [] };
    const outcomes = await send(session, [
      [{ op: 'topic.configs', target: topic(gone), body: configs }],
      [{ op: 'topic.partitions', target: topic(gone), body: { name: gone, count: 3 } }],
      [remove(gone)],
      [create(made)],
    ]);
    expect(outcomes.map(({ status, failure }) => [status, failure?.status])).toEqual([
      ['failed', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['failed', 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['done', undefined],
      ['already', 'TOPIC_ALREADY_EXISTS'],
    ]);
  });

  test('after drain nothing new starts; a second signal gives up at once', async () => {
    const { session } = await open({ settings: { bootstrap } });
    const [drain, abort] = [new AbortController(), new AbortController()];
    const name = fresh('drained');
    drain.abort();
    const stopped = await send(session, [[create(name)]], { drain: drain.signal, abort: abort.signal });
    expect(stopped).toEqual([{ unit: 0, status: 'not-started', callsDone: 0 }]);
    expect(await readOne(session, topic(name))).toBeUndefined();

    const names = Array.from({ length: 300 }, () => fresh('aborted'));
    const sending = send(
      session,
      names.map((one) => [create(one, 4)]),
      { drain: new AbortController().signal, abort: abort.signal },
    );
    setTimeout(() => abort.abort(), 30);
    const outcomes = await sending;
    // Had it waited for the cluster, they would be done.
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['unknown']));
  });
});
