import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalNats, type NatsLine, startNats } from '../../../local/nats.ts';
import { isObject, type JsonObject } from '../../../src/model/index.ts';
import { killsOf, momentIn, sayings, type Watch, watchBy } from '../dying.ts';
import { NatsProject } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { contentsOf, Publisher, type Stored, Worker } from './moving.ts';
import { PlainServer } from './plain.ts';

const MOVE = ['--move', 'main/stream/ORDERS'];

/** The requests that change something: before each of them, and after the last one, an apply can be killed. */
const WRITES = String.raw`PUB \$JS\.API\.(STREAM|CONSUMER)\.(CREATE|UPDATE|DELETE|PURGE|MSG\.DELETE)\b`;

/** Messages before the move. */
const BEFORE = 300;

describeLines(
  (line) => {
    let nats: LocalNats;
    let server: PlainServer;
    let project: NatsProject;

    beforeEach(async () => {
      nats = await startNats(line as NatsLine);
      server = await PlainServer.connect(nats.url, { maxReconnectAttempts: -1, reconnectTimeWait: 50 });
      project = new NatsProject([nats.url]);
      await reset();
    });
    afterEach(async () => {
      await server?.close();
      project?.removeFolder();
      await nats?.stop();
    });

    function declare(body: JsonObject = {}): void {
      project.declare({
        ORDERS: {
          subjects: ['orders.>'],
          max_age: '30d',
          ...body,
          consumers: { worker: { ack_wait: '1s' }, audit: { ack_policy: 'none' } },
        },
      });
    }

    /** A stream with headers, deleted messages and consumers, which only a new one can be as declared. */
    async function reset(): Promise<void> {
      await server.clear();
      declare();
      await server.demand('STREAM.CREATE.ORDERS', {
        ...{ name: 'ORDERS', subjects: ['orders.>'], storage: 'file', deny_delete: true },
        ...{ max_age: 30 * 86_400 * 1e9, duplicate_window: 120 * 1e9 },
      });
      await consumer('worker', { ack_wait: 1e9 });
      await consumer('audit', { ack_policy: 'none' });
      await consumer('theirs', { filter_subject: 'orders.3', pause_until: '2090-01-01T00:00:00Z' });
      for (let i = 1; i <= BEFORE; i++) server.connection.publish(`orders.${i % 5}`, `before ${i}`);
      await server.connection.flush();
      await server.demand('STREAM.PURGE.ORDERS', { filter: 'orders.4' });
    }

    async function consumer(name: string, more: JsonObject): Promise<void> {
      const config: JsonObject = {
        name,
        durable_name: name,
        ack_policy: 'explicit',
        deliver_policy: 'all',
        ...more,
      };
      const filter = typeof config.filter_subject === 'string' ? `.${config.filter_subject}` : '';
      await server.demand(`CONSUMER.CREATE.ORDERS.${name}${filter}`, {
        ...{ stream_name: 'ORDERS', config, action: 'create' },
      });
    }

    async function restart(): Promise<void> {
      for (const one of nats.servers) await one.kill();
      for (const one of nats.servers) await one.start();
    }

    /** Applies a move under load, in whatever way, and judges the result. */
    async function judged(work: () => Promise<void>): Promise<void> {
      const before = await contentsOf(server, 'ORDERS');
      const publishers = ['a', 'b'].map((name) => new Publisher(server, `orders.${name}`, name));
      const worker = new Worker(server, 'ORDERS', 'worker');
      await work();
      await Promise.all([...publishers, worker].map((one) => one.stop()));
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      expect([...(await server.streams()).keys()]).toEqual(['ORDERS']);
      const after = await contentsOf(server, 'ORDERS');
      expect(new Map([...after].filter(([sequence]) => before.has(sequence)))).toEqual(before);
      for (const { confirmed } of publishers) expectStored(confirmed, after);
      const consumers = await server.consumers('ORDERS');
      expect([...consumers.keys()].sort()).toEqual(['audit', 'theirs', 'worker']);
      const { config } = consumers.get('theirs') ?? {};
      expect(isObject(config) && config.pause_until).toBe('2090-01-01T00:00:00Z');
      await expectAllDelivered(after, worker);
    }

    /** Every confirmed message is there, once, under the sequence that the publisher was told. */
    function expectStored(confirmed: ReadonlyMap<string, number>, after: ReadonlyMap<number, Stored>): void {
      expect(confirmed.size).toBeGreaterThan(10);
      const lost = [...confirmed].filter(([payload, sequence]) => {
        const stored = after.get(sequence);
        return !stored || stored.payload !== payload || !stored.headers.includes(payload);
      });
      expect(lost).toEqual([]);
      const payloads = [...after.values()].filter(({ payload }) => confirmed.has(payload));
      expect(payloads).toHaveLength(confirmed.size);
    }

    /** The worker gets the rest, too, so that it was given every message at least once. */
    async function expectAllDelivered(
      after: ReadonlyMap<number, Stored>,
      { acknowledged }: Worker,
    ): Promise<void> {
      const rest = new Worker(server, 'ORDERS', 'worker');
      const missing = () =>
        [...after.keys()].filter((one) => !acknowledged.has(one) && !rest.acknowledged.has(one));
      await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
      await rest.stop();
    }

    test('under load, every message keeps its sequence, and every consumer its place', async () => {
      await judged(async () => {
        const { stdout } = await project.expectRun(0, 'plan', ...MOVE);
        expect(stdout).toContain('moves ');
        await project.expectRun(0, 'apply', '--auto-approve', ...MOVE);
      });
    }, 60_000);

    test('killed before any request that changes something, it continues', async () => {
      const watch: Watch = { ports: [Number(URL.parse(nats.url)?.port)], pattern: WRITES };
      let writes = 0;
      await judged(async () => {
        writes = await sayings(project, watch, 'apply', '--auto-approve', ...MOVE);
      });
      expect(writes).toBeGreaterThan(10);
      const kills = killsOf(2);
      for (let i = 0; i < kills; i++) {
        const count = kills > writes / 2 ? (i % writes) + 1 : momentIn(writes + 1);
        const isRestarted = i % 2 === 1;
        await reset();
        await judged(async () => {
          watchBy(project, { ...watch, count });
          const { signal } = await project.run('apply', '--auto-approve', ...MOVE);
          watchBy(project);
          expect({ count, signal }).toEqual({ count, signal: 'SIGKILL' });
          if (isRestarted) await restart();
          await project.expectRun(0, 'apply', '--auto-approve', ...(count === 1 ? MOVE : []));
        });
      }
      console.log(`NATS ${nats.version}: ${kills} kills of ${writes} moments`);
    }, 3_600_000);

    test('two applies at once, and a server that restarts meanwhile', async () => {
      await judged(async () => {
        const applies = [1, 2].map(() => project.run('apply', '--auto-approve', ...MOVE));
        await expect
          .poll(async () => [...(await server.streams()).keys()], { timeout: 20_000, interval: 5 })
          .toContain('ORDERS-brokerform-hold');
        await restart();
        await Promise.all(applies);
        await project.expectRun(0, 'apply', '--auto-approve', ...MOVE);
      });
    }, 60_000);
  },
  { title: 'moves', lines: ['current'] },
);
