import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Admin, Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { run } from '../../local/commands.ts';
import { containerArguments } from '../../local/kafka/container.ts';
import { type KafkaLine, type LocalKafka, startKafka, Unavailable } from '../../local/kafka.ts';
import { isAlive } from '../../local/processes.ts';

const lines: KafkaLine[] = ['old', 'current'];

test('a named cluster that does not answer is an error, not a reason to start another', async () => {
  vi.stubEnv('BROKERFORM_TEST_KAFKA_CURRENT_BOOTSTRAP', '127.0.0.1:1');
  await expect(startKafka('current')).rejects.toThrow(Unavailable);
  vi.unstubAllEnvs();
});

test('a container runs on the host, as our user, from our folder', () => {
  expect(containerArguments('current', '/tmp/folder', '0:0', ['kafka.Kafka', '/tmp/folder/k'])).toEqual([
    ...['--network', 'host', '--user', '0:0', '--volume', '/tmp/folder:/tmp/folder'],
    ...['--workdir', '/tmp/folder', '--entrypoint', 'java', 'apache/kafka:4.3.1'],
    ...['-Xms64m', '-Xmx400m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
    ...['-cp', '/opt/kafka/libs/*', 'kafka.Kafka', '/tmp/folder/k'],
  ]);
});

describe.skipIf(process.env.BROKERFORM_TEST_BROKERS === 'none')('a local Kafka', () => {
  const started: { [line in KafkaLine]?: LocalKafka } = {};
  const missing: { [line in KafkaLine]?: string } = {};

  beforeAll(async () => {
    // The clusters under test are this test's own, also where the environment names others.
    for (const line of lines) vi.stubEnv(`BROKERFORM_TEST_KAFKA_${line.toUpperCase()}_BOOTSTRAP`, '');
    const options = {
      old: { brokers: 1, sasl: true },
      current: { sasl: true, tls: true, authorizer: true },
    } as const;
    for (const line of lines) {
      try {
        started[line] = await startKafka(line, options[line]);
      } catch (error) {
        if (!(error instanceof Unavailable) || process.env.CI === 'true') throw error;
        missing[line] = error.reason;
      }
    }
  }, 900_000);

  afterAll(async () => {
    await Promise.all(lines.map((line) => started[line]?.stop()));
  });

  describe.each(lines)('%s', (line) => {
    let cluster: LocalKafka;

    beforeEach((context) => {
      context.skip(missing[line] !== undefined, missing[line]);
      cluster = started[line] as LocalKafka;
    });

    test('has its brokers, and keeps records through a kill', async () => {
      const count = cluster.brokers.length;
      await using admin = await adminOf({ brokers: [...cluster.bootstrap] });
      expect((await admin.describeCluster()).brokers).toHaveLength(count);
      await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1, replicationFactor: count }] });
      await produce(cluster, 'kept', 'still here');

      const last = cluster.brokers.at(-1);
      await last?.kill();
      await expect(adminOf({ brokers: [last?.address ?? ''] })).rejects.toThrow();
      await last?.start();
      await using again = await adminOf({ brokers: [last?.address ?? ''] });
      const high = async () => (await again.fetchTopicOffsets('kept').catch(() => []))[0]?.high;
      await expect.poll(high, { timeout: 20_000 }).toBe('1');
    });

    test('listens on loopback addresses only', async () => {
      const pids = identities(cluster).map((identity) => identity.split(' ')[0]);
      const listeners = (await run('ss', ['-Hltnp'])).split('\n');
      const own = listeners.filter((row) => pids.some((pid) => row.includes(`pid=${pid},`)));
      expect(own.length).toBeGreaterThanOrEqual(cluster.brokers.length * 3);
      for (const row of own) {
        expect(row.split(/\s+/)[3]).toMatch(/^(127\.0\.0\.1|\[::ffff:127\.0\.0\.1\]|\[::1\]):/);
      }
    });

    test('lets SASL users in, and nobody with a wrong password or without a login', async () => {
      const brokers = [...(cluster.sasl?.bootstrap ?? [])];
      const plain = (password: string): SASLOptions => ({ mechanism: 'plain', username: 'alice', password });
      await using admin = await adminOf({ brokers, sasl: plain('alice-secret') });
      expect((await admin.describeCluster()).brokers).toHaveLength(cluster.brokers.length);
      await expect(adminOf({ brokers, sasl: plain('wrong') })).rejects.toThrow(/Authentication/);
      await expect(adminOf({ brokers })).rejects.toThrow();
      await using token = await adminOf({ brokers, sasl: bearer('carol') });
      expect((await token.describeCluster()).brokers).toHaveLength(cluster.brokers.length);
    });
  });

  test('lets only clients that have a certificate in by TLS', async (context) => {
    context.skip(missing.current !== undefined, missing.current);
    const tls = started.current?.tls;
    const brokers = [...(tls?.bootstrap ?? [])];
    const [ca, cert, key] = [tls?.ca, tls?.cert, tls?.key].map((path = '') => readFileSync(path, 'utf8'));
    await using admin = await adminOf({ brokers, ssl: { ca, cert, key } });
    expect((await admin.describeCluster()).brokers).toHaveLength(3);
    await expect(adminOf({ brokers, ssl: { ca } })).rejects.toThrow();
  });

  test('asks ACLs of all but its super users', async (context) => {
    context.skip(missing.current !== undefined, missing.current);
    const brokers = [...(started.current?.sasl?.bootstrap ?? [])];
    const topics = [{ topic: 'not-hers', numPartitions: 1 }];
    for (const [username, allowed] of [
      ['alice', false],
      ['admin', true],
    ] as const) {
      const password = started.current?.sasl?.users[username] ?? '';
      await using admin = await adminOf({ brokers, sasl: { mechanism: 'plain', username, password } });
      const creation = admin.createTopics({ topics, validateOnly: true, waitForLeaders: false });
      if (allowed) expect(await creation).toBe(true);
      else await expect(creation).rejects.toMatchObject({ errors: [{ type: 'TOPIC_AUTHORIZATION_FAILED' }] });
    }
  });

  test('leaves nothing behind when it is stopped', async () => {
    for (const cluster of Object.values(started)) {
      const before = identities(cluster);
      expect(before.map(isAlive)).toEqual(cluster.brokers.map(() => true));
      await cluster.stop();
      expect(before.map(isAlive)).toEqual(cluster.brokers.map(() => false));
      expect(existsSync(cluster.folder)).toBe(false);
      expect(await run('ps', ['-eo', 'args'])).not.toContain(basename(cluster.folder));
    }
  });
});

/** The brokers' own processes, as their pid files have them. */
function identities(cluster: LocalKafka): string[] {
  const files = readdirSync(cluster.folder).filter((name) => name.endsWith('.pid'));
  return files.map((name) => readFileSync(join(cluster.folder, name), 'utf8'));
}

type Door = Pick<ConstructorParameters<typeof Kafka>[0], 'brokers' | 'sasl' | 'ssl'>;

function client(door: Door): Kafka {
  return new Kafka({ ...door, logLevel: logLevel.NOTHING, requestTimeout: 10_000, retry: { retries: 1 } });
}

async function adminOf(door: Door): Promise<Admin & AsyncDisposable> {
  const admin = client(door).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } catch (error) {
    await admin.disconnect();
    throw error;
  }
  return Object.assign(admin, { [Symbol.asyncDispose]: () => admin.disconnect() });
}

async function produce(cluster: LocalKafka, topic: string, value: string): Promise<void> {
  const producer = client({ brokers: [...cluster.bootstrap] }).producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ value }], acks: -1 });
  await producer.disconnect();
}

function bearer(subject: string): SASLOptions {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const value = `${part({ alg: 'none' })}.${part({ sub: subject, iat: now, exp: now + 600 })}.`;
  return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value }) };
}
