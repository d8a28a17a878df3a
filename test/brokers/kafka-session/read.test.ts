import { beforeEach, describe, expect, inject, test } from 'vitest';
import { type AclSpec, aclAddress } from '../../../src/brokers/kafka/kinds/acl/spec.ts';
import { quotaAddress } from '../../../src/brokers/kafka/kinds/quota.ts';
import { HIDDEN } from '../../../src/model/index.ts';
import {
  BROKER,
  counted,
  create,
  declared,
  fresh,
  open,
  produce,
  readOne,
  send,
  stranger,
  topic,
} from './support.ts';

const shared = inject('kafka');

describe.each(['old', 'current'] as const)('reading the %s Kafka', (line) => {
  let bootstrap: string[] = [];

  beforeEach((context) => {
    context.skip(!shared[line], shared.skipped[line]);
    bootstrap = [...(shared[line]?.bootstrap ?? [])];
  });

  test('a topic with its placement, its configs and where each comes from', async () => {
    const { session } = await open({ settings: { bootstrap } });
    const name = fresh('orders');
    const replicas = { 0: [1, 2], 1: [2, 3], 2: [3, 1] };
    const body = {
      ...{ name, partitions: 3, replicationFactor: 2, replicas },
      configs: { 'retention.ms': '1000', 'cleanup.policy': 'compact,delete' },
    };
    await send(session, [[{ op: 'topic.create', target: topic(name), body }]]);

    const live = await readOne(session, topic(name), {
      'configs.segment.jitter.ms': 5,
      'configs.no.such.key': 1,
    });
    expect(live).toMatchObject({ address: topic(name), dependsOn: [] });
    expect(live?.spec).toMatchObject({
      partitions: 3,
      'replication-factor': 2,
      replicas,
      'configs.retention.ms': '1000',
      'configs.cleanup.policy': 'compact,delete',
      'configs.segment.jitter.ms': '0',
      'configs.min.insync.replicas': '1',
      sources: {
        'retention.ms': { origin: 'topic', inherited: { value: '604800000', origin: 'default' } },
        'segment.jitter.ms': { origin: 'default' },
      },
    });
    // Neither overridden, nor declared, nor always of interest.
    expect(live?.spec).not.toHaveProperty(['configs.flush.ms']);
    expect(live?.spec).not.toHaveProperty(['configs.no.such.key']);
    expect(live?.spec).not.toHaveProperty('throttle');
  });

  test('what is not there, or not in the scope, is not told; a glob finds the rest', async () => {
    const { session } = await open({ settings: { bootstrap } });
    const [ours, theirs] = [fresh('a.ours'), fresh('b.theirs')];
    await send(session, [[create(ours)], [create(theirs)]]);
    expect(await readOne(session, topic(fresh('nowhere')))).toBeUndefined();
    const scope = { desired: [], retired: [topic(theirs)], owns: ['events/topic/a.*'] };
    const found = (await session.read(scope)).map(({ address }) => address);
    expect(found).toContain(topic(ours));
    expect(found).toContain(topic(theirs));
    expect(found.filter((address) => !/a\.ours|b\.theirs/.test(address))).toEqual([]);
    expect(await session.read({ desired: [], retired: [], owns: ['other/**'] })).toEqual([]);
  });

  test('costs as many requests for a thousand topics as for ten, up to chunks of five hundred', async () => {
    const opened = await open({ settings: { bootstrap } });
    const names = Array.from({ length: 1_000 }, (_, i) => `${fresh('many')}-${i}`);
    expect(
      await counted(opened, () =>
        send(
          opened.session,
          names.map((name) => [create(name)]),
        ),
      ),
    ).toMatchObject({ CreateTopics: 2 });

    const plan = (count: number) => () =>
      opened.session.read({
        desired: names.slice(0, count).map((name) => declared(topic(name))),
        retired: [],
        owns: [],
      });
    expect((await plan(1_000)()).length).toBe(1_000);
    const once = { Metadata: 1, ListPartitionReassignments: 1 };
    expect(await counted(opened, plan(10))).toEqual({ ...once, DescribeConfigs: 1 });
    expect(await counted(opened, plan(500))).toEqual({ ...once, DescribeConfigs: 1 });
    expect(await counted(opened, plan(1_000))).toEqual({ ...once, DescribeConfigs: 2 });

    const live = await plan(1_000)();
    const affected = await counted(opened, () => opened.session.readMetrics(live));
    // One a broker, four for the times; group offsets only from those that coordinate groups.
    expect(affected).toMatchObject({ Metadata: 1, DescribeLogDirs: 3, ListOffsets: 12, ListGroups: 3 });
    const gone = await counted(opened, () =>
      send(
        opened.session,
        names.map((name) => [{ op: 'topic.delete', target: topic(name), body: { name, ifEmpty: false } }]),
      ),
    );
    expect(gone.DeleteTopics).toBe(2);
    expect(await plan(1_000)()).toEqual([]);
  }, 120_000);

  test('ACLs, quotas and users, each only when it is asked for', async () => {
    const opened = await open({ settings: { bootstrap }, secrets: { '${PW}': 'secret' } });
    const { session } = opened;
    const user = fresh('user/ü');
    const acl: AclSpec = {
      ...{ 'resource-type': 'topic', name: fresh('pre'), pattern: 'prefixed', principal: `User:${user}` },
      ...{ host: '*', operation: 'write', permission: 'allow' },
    };
    const [aclAt, quotaAt, userAt] = [
      aclAddress(BROKER, acl),
      quotaAddress(BROKER, { user }),
      `events/user/${encodeURIComponent(user)}`,
    ];
    const defaultAt = quotaAddress(BROKER, { user, 'client-id': null });
    const password = { $secret: '${PW}' };
    const outcomes = await send(session, [
      [{ op: 'acl.create', target: aclAt, body: acl }],
      [
        {
          op: 'quota.alter',
          target: quotaAt,
          body: { entity: { user }, set: { request_percentage: 12.5 }, unset: [] },
        },
      ],
      [
        {
          op: 'quota.alter',
          target: defaultAt,
          body: { entity: { user, 'client-id': null }, set: { consumer_byte_rate: 7 }, unset: [] },
        },
      ],
      [
        {
          op: 'user.upsert',
          target: userAt,
          body: { name: user, mechanism: 'scram-sha-256', iterations: 5000, password },
        },
      ],
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done']);

    expect(await readOne(session, aclAt)).toEqual({ address: aclAt, spec: acl, dependsOn: [] });
    expect(await readOne(session, quotaAt)).toMatchObject({
      spec: { entity: { user }, request_percentage: 12.5 },
    });
    expect(await readOne(session, defaultAt)).toMatchObject({
      spec: { entity: { user, 'client-id': null }, consumer_byte_rate: 7 },
    });
    expect((await readOne(session, userAt))?.spec).toEqual({
      'scram-sha-256': { iterations: 5000, password: HIDDEN },
    });
    const spec = { 'scram-sha-256': { iterations: 5000, password } };
    expect((await readOne(session, userAt, spec))?.spec).toEqual(spec);
    expect(await readOne(session, `${userAt}x`)).toBeUndefined();

    expect(await counted(opened, () => readOne(session, aclAt))).toEqual({ DescribeAcls: 1 });
    expect(await counted(opened, () => readOne(session, quotaAt))).toEqual({ DescribeClientQuotas: 1 });
    expect(await counted(opened, () => readOne(session, userAt))).toEqual({
      DescribeUserScramCredentials: 1,
    });
    const all = await session.read({ desired: [], retired: [], owns: ['events/**'] });
    expect(all.map(({ address }) => address)).toEqual(
      expect.arrayContaining([aclAt, quotaAt, defaultAt, userAt]),
    );

    const undone = await send(session, [
      [{ op: 'acl.delete', target: aclAt, body: acl }],
      [
        {
          op: 'quota.alter',
          target: quotaAt,
          body: { entity: { user }, set: {}, unset: ['request_percentage'] },
        },
      ],
      [
        {
          op: 'quota.alter',
          target: defaultAt,
          body: { entity: { user, 'client-id': null }, set: {}, unset: ['consumer_byte_rate'] },
        },
      ],
      [{ op: 'user.remove', target: userAt, body: { name: user, mechanism: 'scram-sha-256' } }],
    ]);
    expect(undone.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done']);
    for (const address of [aclAt, quotaAt, defaultAt, userAt])
      expect(await readOne(session, address)).toBeUndefined();
    // Once more: what is gone already is done.
    const again = await send(session, [
      [{ op: 'acl.delete', target: aclAt, body: acl }],
      [{ op: 'user.remove', target: userAt, body: { name: user, mechanism: 'scram-sha-256' } }],
    ]);
    expect(again.map(({ status }) => status)).toEqual(['done', 'done']);
  });

  test('what is affected: bytes, messages, their time, and the groups behind', async () => {
    const { session } = await open({ settings: { bootstrap } });
    const [name, empty] = [fresh('ledger'), fresh('empty')];
    await send(session, [[create(name, 2, 3)], [create(empty, 1, 1)]]);
    const [oldest, newest] = [Date.now() - 86_400_000, Date.now()];
    await produce(bootstrap, name, [
      { value: 'x'.repeat(1000), timestamp: String(oldest), partition: 0 },
      { value: 'y', timestamp: String(newest), partition: 0 },
      { value: 'z', timestamp: String(newest - 5), partition: 1 },
    ]);
    const group = fresh('group');
    const admin = stranger(bootstrap).admin();
    await admin.connect();
    await admin.setOffsets({ groupId: group, topic: name, partitions: [{ partition: 0, offset: '1' }] });
    await admin.disconnect();

    const seen = await session.readMetrics([
      declared(topic(name)),
      declared(topic(empty)),
      declared(topic('never-there')),
    ]);
    expect(seen.get(topic(name))).toMatchObject({
      messages: 3,
      oldest,
      newest,
      groups: [{ group, lag: 1, state: 'Empty' }],
    });
    // Three replicas of a thousand bytes.
    expect(seen.get(topic(name))?.bytes).toBeGreaterThan(3_000);
    expect(seen.get(topic(empty))).toEqual({ bytes: 0, messages: 0, groups: [] });
    expect(seen.has(topic('never-there'))).toBe(false);
  });
});
