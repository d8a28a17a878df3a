import { describe, expect, test } from 'vitest';
import { isMatchableHost } from '../../../src/brokers/kafka/fields/acl.ts';
import type { AclSpec } from '../../../src/brokers/kafka/kinds/acl/spec.ts';
import type { Call } from '../../../src/model/index.ts';
import { listenersOf, login } from './listeners.ts';
import { create, declared, fresh, open, readOne, send, topic } from './support.ts';

describe.each(['old', 'current'] as const)('rights on the %s Kafka', (line) => {
  const at = listenersOf(line);

  test('a preview tells nothing of missing rights, as another may apply the plan', async () => {
    const settings = { bootstrap: [...at.sasl], sasl: login('plain', 'alice', 'alice-secret') };
    const { session } = await open({ settings });
    const units = [[create(fresh('hers'))]];
    expect((await send(session, units))[0]?.failure?.status).toMatch(/AUTHORIZATION_FAILED/);
    expect(await session.preview?.(units as readonly (readonly Call[])[])).toEqual([]);
  });

  test('a declared or retired topic that the user may not see is not absent, whatever the project owns', async () => {
    const [hidden, seen] = [fresh('hidden'), fresh('seen')];
    const admin = await open({ settings: { bootstrap: [...at.plain] } });
    await send(admin.session, [[create(hidden)], [create(seen)]]);
    for (const operation of ['describe', 'describe-configs'] as const) {
      const acl: AclSpec = {
        ...{ 'resource-type': 'topic', name: seen, pattern: 'literal', principal: 'User:alice' },
        ...{ host: '*', operation, permission: 'allow' },
      };
      await send(admin.session, [[{ op: 'acl.create', target: 'a', body: acl }]]);
    }
    const settings = { bootstrap: [...at.sasl], sasl: login('plain', 'alice', 'alice-secret') };
    const { session } = await open({ settings });
    const scopes = [
      { desired: [declared(topic(hidden))], retired: [] },
      { desired: [], retired: [topic(hidden)] },
    ];
    for (const scope of scopes) {
      for (const owns of [[], ['events/topic/**'], ['events/topic/seen*']]) {
        await expect(session.read({ ...scope, owns })).rejects.toMatchObject({
          failure: {
            status: 'TOPIC_AUTHORIZATION_FAILED',
            hint: expect.stringContaining(`User:alice needs Describe on topic "${hidden}"`),
          },
        });
      }
    }
    const owned = { desired: [declared(topic(seen))], retired: [], owns: ['events/topic/**'] };
    await expect
      .poll(async () => (await session.read(owned).catch(() => [])).map(({ address }) => address))
      .toContain(topic(seen));
    // Kinds that are only listed whole are refused whole.
    for (const kind of ['acl', 'quota', 'user']) {
      const scope = { desired: [], retired: [], owns: [`events/${kind}/**`] };
      await expect(session.read(scope)).rejects.toMatchObject({ name: 'BrokerError' });
    }
  });

  test('the authorizer knows hosts and operations as the linter does', async () => {
    const admin = await open({ settings: { bootstrap: [...at.plain] } });
    const settings = { bootstrap: [...at.sasl], sasl: login('plain', 'alice', 'alice-secret') };
    const { session } = await open({ settings });
    const acl = (name: string, host: string, more: Partial<AclSpec> = {}): AclSpec => ({
      ...{ 'resource-type': 'topic', name, pattern: 'literal', principal: 'User:alice' },
      ...{ host, operation: 'all', permission: 'allow', ...more },
    });
    const grant = (...acls: readonly AclSpec[]) =>
      send(
        admin.session,
        acls.map((body) => [{ op: 'acl.create', target: 'a', body }]),
      );
    const isSeen = async (name: string) => (await readOne(session, topic(name)).catch(() => null)) !== null;
    const hosts = ['127.0.0.0/8', 'localhost', '127.0.0.01', '::ffff:127.0.0.1'];
    const unmatched = hosts.map((host) => ({ host, name: fresh('unmatched') }));
    const [denied, exact, grouped] = [fresh('denied'), fresh('exact'), fresh('grouped')];
    await send(
      admin.session,
      [...unmatched.map(({ name }) => name), denied, exact].map((name) => [create(name)]),
    );
    // The last one is of use, so once it counts, the others do as well.
    await grant(
      ...unmatched.map(({ name, host }) => acl(name, host)),
      acl(denied, '*'),
      acl(denied, '127.0.0.0/8', { permission: 'deny' }),
      acl(grouped, '*', { 'resource-type': 'group', operation: 'alter' }),
      acl(exact, '127.0.0.1'),
    );
    await expect.poll(() => isSeen(exact)).toBe(true);
    for (const { host, name } of unmatched) {
      expect([host, await isSeen(name), isMatchableHost(host)]).toEqual([host, false, false]);
    }
    expect(await isSeen(denied)).toBe(true);
    expect(isMatchableHost('127.0.0.1')).toBe(true);
    // Brokers took an operation that groups do not have.
    const listed = await admin.session.read({ desired: [], retired: [], owns: ['events/acl/group/**'] });
    expect(listed.map(({ spec }) => spec.name)).toContain(grouped);
  });

  test('a missing right is named, with operation and resource', async () => {
    const name = fresh('hers');
    const admin = await open({ settings: { bootstrap: [...at.plain] } });
    await send(admin.session, [[create(name)]]);
    const settings = { bootstrap: [...at.sasl], sasl: login('plain', 'alice', 'alice-secret') };
    const { session } = await open({ settings });
    expect(session.broker.facts.defaults).toBeUndefined();

    await expect(readOne(session, topic(name))).rejects.toMatchObject({
      name: 'BrokerError',
      failure: {
        status: 'TOPIC_AUTHORIZATION_FAILED',
        hint: expect.stringContaining(`User:alice needs Describe on topic "${name}"`),
      },
    });
    await expect(
      readOne(session, 'events/acl/topic/literal/x/User%3Aa/allow/read/%2A'),
    ).rejects.toMatchObject({
      failure: { hint: expect.stringContaining('User:alice needs Describe on the cluster') },
    });
    await expect(readOne(session, 'events/quota/user/x')).rejects.toMatchObject({
      failure: { hint: expect.stringContaining('User:alice needs DescribeConfigs on the cluster') },
    });
    for (const [address, resource] of [
      // The old release has no group configs to ask for.
      ...(line === 'current' ? [['events/group/hers', 'group "hers"']] : []),
      ['events/client-metrics/x', 'the cluster'],
      ['events/broker-configs/cluster', 'the cluster'],
    ]) {
      await expect(readOne(session, address ?? '')).rejects.toMatchObject({
        failure: { hint: expect.stringContaining(`User:alice needs DescribeConfigs on ${resource}`) },
      });
    }
    const [outcome] = await send(session, [[create(fresh('new'))]]);
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { hint: expect.stringContaining('needs Create on topic') },
    });
    const rights = (await session.diagnose()).filter((check) => check.name.startsWith('right'));
    expect(rights.map(({ ok }) => ok)).toEqual([false, false, false, false]);

    const acl = (operation: 'describe' | 'describe-configs') =>
      ({
        'resource-type': 'topic',
        name,
        pattern: 'literal',
        principal: 'User:alice',
        host: '*',
        operation,
        permission: 'allow',
      }) as const;
    await send(admin.session, [[{ op: 'acl.create', target: 'a', body: acl('describe') }]]);
    await expect
      .poll(() => readOne(session, topic(name)).catch((error: { failure: unknown }) => error.failure))
      .toMatchObject({
        hint: expect.stringContaining(`User:alice needs DescribeConfigs on topic "${name}"`),
      });
    await send(admin.session, [[{ op: 'acl.create', target: 'a', body: acl('describe-configs') }]]);
    await expect
      .poll(() => readOne(session, topic(name)).catch(() => undefined))
      .toMatchObject({ spec: { partitions: 1 } });

    // A broker tells nobody that it leaves groups out.
    const affected = async () => (await session.readMetrics([declared(topic(name))])).get(topic(name));
    expect(await affected()).toMatchObject({ messages: 0 });
    expect(await affected()).not.toHaveProperty('groups');
    const onCluster = { 'resource-type': 'cluster', name: 'kafka-cluster' } as const;
    await send(admin.session, [
      [{ op: 'acl.create', target: 'a', body: { ...acl('describe'), ...onCluster } }],
    ]);
    await expect.poll(affected).toMatchObject({ groups: [] });
    await send(admin.session, [
      [{ op: 'acl.delete', target: 'a', body: { ...acl('describe'), ...onCluster } }],
    ]);
  });
});
