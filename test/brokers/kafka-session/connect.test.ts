import { beforeEach, describe, expect, inject, test } from 'vitest';
import { isMatchableHost } from '../../../src/brokers/kafka/fields/acl-host.ts';
import type { AclSpec } from '../../../src/brokers/kafka/kinds/acl/spec.ts';
import type { Call, JsonObject } from '../../../src/model/index.ts';
import { create, declared, fresh, open, readOne, send, topic } from './support.ts';

const shared = inject('kafka');

function bearer(subject: string, lasts = 600): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 1000, exp: now + lasts })}.`;
}

describe.each(['old', 'current'] as const)('connecting to the %s Kafka', (line) => {
  let plain: readonly string[] = [];
  let sasl: readonly string[] = [];
  let tls: readonly string[] = [];
  let files: JsonObject = {};

  beforeEach((context) => {
    const cluster = shared[line];
    context.skip(
      !cluster?.sasl || !cluster.tls,
      shared.skipped[line] ?? 'the given cluster has one listener only',
    );
    if (!cluster?.sasl || !cluster.tls) return;
    plain = cluster.bootstrap;
    sasl = cluster.sasl.bootstrap;
    tls = cluster.tls.bootstrap;
    files = { ca: cluster.tls.ca, cert: cluster.tls.cert, key: cluster.tls.key };
  });

  const login = (mechanism: string, username: string, password: string) => ({
    mechanism,
    username,
    password,
  });

  test('tells who the cluster is, in few requests', async () => {
    const { session, requests } = await open({ settings: { bootstrap: [...plain] } });
    expect(requests).toEqual(['ApiVersions', 'Metadata', 'CreateTopics']);
    expect(session.broker).toMatchObject({
      ...{ name: 'events', type: 'kafka', version: line === 'old' ? '3.7' : '4.3' },
      facts: {
        brokers: [1, 2, 3].map((id) => ({ id, rack: `r${id}` })),
        defaults: { 'retention.ms': '604800000', 'cleanup.policy': 'delete', 'num.partitions': '1' },
        missing: [],
      },
    });
    expect(session.broker.id).toMatch(/^[\w-]{22}$/);
    // Asking for defaults has made nothing.
    expect(await readOne(session, topic('brokerform-asks-for-defaults'))).toBeUndefined();
  });

  test('PLAIN, with all forms of bootstrap addresses', async () => {
    const settings = {
      bootstrap: `SASL_PLAINTEXT://${sasl.join(',')}`,
      sasl: login('plain', 'admin', 'admin-secret'),
    };
    const { session } = await open({ settings });
    const checks = await session.diagnose();
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(checks.find(({ name }) => name === 'clock')?.text).toMatch(
      /^of controller [123] agrees within 5 s$/,
    );
  });

  test.each(['scram-sha-256', 'scram-sha-512'] as const)(
    '%s, as a user that brokerform made',
    async (mechanism) => {
      const name = fresh('user');
      const password = 'gehéim, 鍵 "=,';
      const admin = await open({ settings: { bootstrap: [...plain] }, secrets: { '${PW}': password } });
      const body = { name, mechanism, iterations: 4096, password: { $secret: '${PW}' } };
      const [outcome] = await send(admin.session, [
        [{ op: 'user.upsert', target: `events/user/${name}`, body }],
      ]);
      expect(outcome).toEqual({ unit: 0, status: 'done', callsDone: 1 });

      const { session } = await open({
        settings: { bootstrap: [...sasl], sasl: login(mechanism, name, password) },
      });
      expect(session.broker.id).toBe(admin.session.broker.id);
      const wrong = { bootstrap: [...sasl], sasl: login(mechanism, name, 'another') };
      await expect(open({ settings: wrong })).rejects.toMatchObject({
        kind: 'connection',
        transient: false,
        message: expect.stringContaining(`refused the login of "${name}" (${mechanism.toUpperCase()})`),
      });
    },
  );

  test('OAUTHBEARER, with the token that a command prints', async () => {
    const command = (text: string) => ({
      bootstrap: [...sasl],
      sasl: { mechanism: 'oauthbearer', 'token-command': [process.execPath, '-p', JSON.stringify(text)] },
    });
    const { session } = await open({ settings: command(bearer('carol')) });
    expect(session.broker.facts).toMatchObject({ brokers: [{ id: 1 }, { id: 2 }, { id: 3 }] });
    for (const token of ['nonsense', bearer('carol', -500)]) {
      const refused = await open({ settings: command(token) }).catch((error: Error) => error);
      expect(refused).toMatchObject({
        transient: false,
        message: expect.stringContaining('refused the token'),
      });
      expect(String(refused)).not.toContain(token);
    }
    await expect(
      open({
        settings: { bootstrap: [...sasl], sasl: { mechanism: 'oauthbearer', 'token-command': ['false'] } },
      }),
    ).rejects.toThrow('the token command "false" failed (1)');
  });

  test('TLS with a client certificate, and without', async () => {
    const { session } = await open({ settings: { bootstrap: [...tls], tls: files } });
    expect(session.broker.type).toBe('kafka');
    await expect(
      open({ settings: { bootstrap: [...tls], tls: { ca: files.ca ?? '' } } }),
    ).rejects.toMatchObject({
      transient: false,
      hint: expect.stringContaining('tls.cert'),
    });
    await expect(open({ settings: { bootstrap: [...tls], tls: true } })).rejects.toMatchObject({
      transient: false,
      hint: expect.stringContaining('tls.ca'),
    });
  });

  test('a listener of another kind is named, with the setting to change', async () => {
    const tries: [JsonObject, RegExp, RegExp][] = [
      [{ bootstrap: [...tls] }, /speaks TLS only/, /tls: true/],
      [{ bootstrap: [...plain], tls: files }, /ended the TLS handshake/, /remove "tls"/],
      [{ bootstrap: [...plain], sasl: login('plain', 'admin', 'x') }, /takes no SASL login/, /remove "sasl"/],
      [{ bootstrap: [...sasl] }, /closed the connection at our first request/, /set sasl/],
      [
        { bootstrap: [...sasl], sasl: login('plain', 'admin', 'no') },
        /refused the login of "admin"/,
        /password/,
      ],
      [{ bootstrap: ['127.0.0.1:1'] }, /nothing listens at 127.0.0.1:1/, /bootstrap/],
      [
        { bootstrap: ['no-such-host.invalid'] },
        /host of no-such-host.invalid:9092 is not known/,
        /bootstrap/,
      ],
      [{ bootstrap: ['user:password@host:9092'] }, /no address/, /host:port/],
      [{ bootstrap: [] }, /names no broker/, /bootstrap:/],
    ];
    for (const [settings, message, hint] of tries) {
      const error = await open({ settings }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ kind: 'connection', broker: 'events' });
      expect(error).toMatchObject({
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
    }
  });

  test('one broker that answers is enough', async () => {
    const { session } = await open({ settings: { bootstrap: ['127.0.0.1:1', ...plain.slice(2)] } });
    expect(session.broker.facts).toMatchObject({ brokers: [{ id: 1 }, { id: 2 }, { id: 3 }] });
    // The examination says that the other one would be of no help.
    expect((await session.diagnose()).filter(({ ok }) => !ok)).toMatchObject([
      { name: 'bootstrap 127.0.0.1:1', text: expect.stringContaining('nothing listens') },
    ]);
  });

  test('a preview tells nothing of missing rights, as another may apply the plan', async () => {
    const settings = { bootstrap: [...sasl], sasl: login('plain', 'alice', 'alice-secret') };
    const { session } = await open({ settings });
    const units = [[create(fresh('hers'))]];
    expect((await send(session, units))[0]?.failure?.status).toMatch(/AUTHORIZATION_FAILED/);
    expect(await session.preview?.(units as readonly (readonly Call[])[])).toEqual([]);
  });

  test('a declared or retired topic that the user may not see is not absent, whatever the project owns', async () => {
    const [hidden, seen] = [fresh('hidden'), fresh('seen')];
    const admin = await open({ settings: { bootstrap: [...plain] } });
    await send(admin.session, [[create(hidden)], [create(seen)]]);
    for (const operation of ['describe', 'describe-configs'] as const) {
      const acl: AclSpec = {
        ...{ 'resource-type': 'topic', name: seen, pattern: 'literal', principal: 'User:alice' },
        ...{ host: '*', operation, permission: 'allow' },
      };
      await send(admin.session, [[{ op: 'acl.create', target: 'a', body: acl }]]);
    }
    const settings = { bootstrap: [...sasl], sasl: login('plain', 'alice', 'alice-secret') };
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
    const admin = await open({ settings: { bootstrap: [...plain] } });
    const settings = { bootstrap: [...sasl], sasl: login('plain', 'alice', 'alice-secret') };
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

  test('a throttle that the broker tells of is waited for, and no request times out meanwhile', async () => {
    const admin = await open({ settings: { bootstrap: [...plain] } });
    const user = fresh('throttled');
    const body = { name: user, mechanism: 'scram-sha-256', iterations: 4096 } as const;
    const upsert = {
      op: 'user.upsert',
      target: 'u',
      body: { ...body, password: { $secret: 'pw' } },
    } as const;
    const acl: AclSpec = {
      ...{ 'resource-type': 'cluster', name: 'kafka-cluster', pattern: 'literal' },
      ...{ principal: `User:${user}`, host: '*', operation: 'all', permission: 'allow' },
    };
    const quota = (set: Record<string, number>, unset: string[]) =>
      ({ op: 'quota.alter', target: 'q', body: { entity: { user }, set, unset } }) as const;
    await send(admin.session, [
      [upsert],
      [{ op: 'acl.create', target: 'a', body: acl }],
      [{ op: 'acl.create', target: 'a', body: { ...acl, 'resource-type': 'topic', name: '*' } }],
      [quota({ controller_mutation_rate: 1 }, [])],
    ]);
    const sasl256 = login('scram-sha-256', user, 'pw');
    const { session } = await open({ settings: { bootstrap: [...sasl], sasl: sasl256 }, timeout: 2_000 });
    const start = Date.now();
    const names = [fresh('slowly'), fresh('slowly')] as const;
    // A burst that uses up the quota of the next seconds, and what must wait for them.
    expect((await send(session, [[create(names[0], 15)]])).map(({ status }) => status)).toEqual(['done']);
    expect((await send(session, [[create(names[1])]])).map(({ status }) => status)).toEqual(['done']);
    expect(await readOne(session, topic(names[1]))).toBeDefined();
    expect(Date.now() - start).toBeGreaterThan(2_000);
    await send(admin.session, [[quota({}, ['controller_mutation_rate'])]]);
  });

  test('a missing right is named, with operation and resource', async () => {
    const name = fresh('hers');
    const admin = await open({ settings: { bootstrap: [...plain] } });
    await send(admin.session, [[create(name)]]);
    const settings = { bootstrap: [...sasl], sasl: login('plain', 'alice', 'alice-secret') };
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
