import { describe, expect, test } from 'vitest';
import type { AclSpec } from '../../../src/brokers/kafka/kinds/acl/spec.ts';
import type { JsonObject } from '../../../src/model/index.ts';
import { listenersOf, login } from './listeners.ts';
import { create, fresh, open, readOne, send, topic } from './support.ts';

function bearer(subject: string, lasts = 600): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 1000, exp: now + lasts })}.`;
}

describe.each(['old', 'current'] as const)('connecting to the %s Kafka', (line) => {
  const at = listenersOf(line);

  test('tells who the cluster is, in few requests', async () => {
    const { session, requests } = await open({ settings: { bootstrap: [...at.plain] } });
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
      bootstrap: `SASL_PLAINTEXT://${at.sasl.join(',')}`,
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
      const admin = await open({ settings: { bootstrap: [...at.plain] }, secrets: { '${PW}': password } });
      const body = { name, mechanism, iterations: 4096, password: { $secret: '${PW}' } };
      const [outcome] = await send(admin.session, [
        [{ op: 'user.upsert', target: `events/user/${name}`, body }],
      ]);
      expect(outcome).toEqual({ unit: 0, status: 'done', callsDone: 1 });

      const { session } = await open({
        settings: { bootstrap: [...at.sasl], sasl: login(mechanism, name, password) },
      });
      expect(session.broker.id).toBe(admin.session.broker.id);
      const wrong = { bootstrap: [...at.sasl], sasl: login(mechanism, name, 'another') };
      await expect(open({ settings: wrong })).rejects.toMatchObject({
        kind: 'connection',
        transient: false,
        message: expect.stringContaining(`refused the login of "${name}" (${mechanism.toUpperCase()})`),
      });
    },
  );

  test('OAUTHBEARER, with the token that a command prints', async () => {
    const command = (text: string) => ({
      bootstrap: [...at.sasl],
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
        settings: { bootstrap: [...at.sasl], sasl: { mechanism: 'oauthbearer', 'token-command': ['false'] } },
      }),
    ).rejects.toThrow('the token command "false" failed (1)');
  });

  test('TLS with a client certificate, and without', async () => {
    const { session } = await open({ settings: { bootstrap: [...at.tls], tls: at.files } });
    expect(session.broker.type).toBe('kafka');
    await expect(
      open({ settings: { bootstrap: [...at.tls], tls: { ca: at.files.ca ?? '' } } }),
    ).rejects.toMatchObject({
      transient: false,
      hint: expect.stringContaining('tls.cert'),
    });
    await expect(open({ settings: { bootstrap: [...at.tls], tls: true } })).rejects.toMatchObject({
      transient: false,
      hint: expect.stringContaining('tls.ca'),
    });
  });

  test('a listener of another kind is named, with the setting to change', async () => {
    const tries: [JsonObject, RegExp, RegExp][] = [
      [{ bootstrap: [...at.tls] }, /speaks TLS only/, /tls: true/],
      [{ bootstrap: [...at.plain], tls: at.files }, /ended the TLS handshake/, /remove "tls"/],
      [
        { bootstrap: [...at.plain], sasl: login('plain', 'admin', 'x') },
        /takes no SASL login/,
        /remove "sasl"/,
      ],
      [{ bootstrap: [...at.sasl] }, /closed the connection at our first request/, /set sasl/],
      [
        { bootstrap: [...at.sasl], sasl: login('plain', 'admin', 'no') },
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
    const { session } = await open({ settings: { bootstrap: ['127.0.0.1:1', ...at.plain.slice(2)] } });
    expect(session.broker.facts).toMatchObject({ brokers: [{ id: 1 }, { id: 2 }, { id: 3 }] });
    // The examination says that the other one would be of no help.
    expect((await session.diagnose()).filter(({ ok }) => !ok)).toMatchObject([
      { name: 'bootstrap 127.0.0.1:1', text: expect.stringContaining('nothing listens') },
    ]);
  });

  test('a throttle that the broker tells of is waited for, and no request times out meanwhile', async () => {
    const admin = await open({ settings: { bootstrap: [...at.plain] } });
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
    const { session } = await open({ settings: { bootstrap: [...at.sasl], sasl: sasl256 }, timeout: 2_000 });
    const start = Date.now();
    const names = [fresh('slowly'), fresh('slowly')] as const;
    // A burst that uses up the quota of the next seconds, and what must wait for them.
    expect((await send(session, [[create(names[0], 15)]])).map(({ status }) => status)).toEqual(['done']);
    expect((await send(session, [[create(names[1])]])).map(({ status }) => status)).toEqual(['done']);
    expect(await readOne(session, topic(names[1]))).toBeDefined();
    expect(Date.now() - start).toBeGreaterThan(2_000);
    await send(admin.session, [[quota({}, ['controller_mutation_rate'])]]);
  });
});
