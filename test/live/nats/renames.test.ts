import { beforeEach, expect, test } from 'vitest';
import { type JsonObject, printJson } from '../../../src/model/index.ts';
import { killsOf, momentIn, sayings, type Watch, watchBy } from '../dying.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';

const WRITES = String.raw`PUB \$JS\.API\.CONSUMER\.(CREATE|DELETE|DURABLE)\b(?!\.BROKERFORM_LOCK)`;

/** Kills where the environment does not ask for more. */
const FEW = 2;

const AGE = { max_age: '30d' };

/** Consumers by their old names, and by their new ones where they have one. */
function streams(names: Readonly<Record<string, string>>): JsonObject {
  const named = (consumers: Readonly<Record<string, JsonObject>>): JsonObject =>
    Object.fromEntries(
      Object.entries(consumers).map(([old, body]) => {
        const name = names[old];
        return name === undefined ? [old, body] : [name, { ...body, was: old }];
      }),
    );
  return {
    ORDERS: {
      ...AGE,
      subjects: ['orders.>'],
      consumers: named({
        worker: { ack_wait: '1s' },
        some: { filter_subject: 'orders.1', deliver_policy: 'new' },
        pushed: { deliver_subject: 'out.pushed', deliver_group: 'workers' },
        audit: { ack_policy: 'none' },
      }),
    },
    JOBS: {
      ...AGE,
      subjects: ['jobs.>'],
      retention: 'workqueue',
      consumers: named({ one: { filter_subject: 'jobs.1' }, two: { filter_subject: 'jobs.2' } }),
    },
    WANTED: { ...AGE, subjects: ['wanted'], retention: 'interest', consumers: named({ reader: {} }) },
  };
}

const NEW = { worker: 'billing', some: 'first', pushed: 'out', audit: 'log', one: 'uno', reader: 'viewer' };

describeLines(
  (line) => {
    const own = ownServer(line);
    const hasPauses = line === 'current';

    beforeEach(() => own.server.clear());

    async function apply(names: Readonly<Record<string, string>>): Promise<void> {
      const checked = own.project.check(printJson({ nats: { streams: streams(names) } }));
      const plan = await own.project.plan(checked, {});
      expect(plan.blockers).toEqual([]);
      const report = await own.project.apply(checked, plan);
      expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      expect((await own.project.plan(checked, {})).waves.flat().map(({ fields }) => fields)).toEqual([]);
    }

    /** Stream sequences that a pull consumer gives now. */
    async function taken(stream: string, consumer: string, { isAcknowledged = true, most = 100 } = {}) {
      const sequences: number[] = [];
      while (sequences.length < most) {
        const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
        const body = JSON.stringify({ batch: 1, no_wait: true });
        const message = await own.server.connection.request(subject, body, { timeout: 2_000, noMux: true });
        const sequence = Number(message.reply?.split('.').at(-4));
        if (!Number.isInteger(sequence)) break;
        sequences.push(sequence);
        if (isAcknowledged && message.reply?.endsWith('.0') === false)
          await own.server.connection
            .request(message.reply, '+ACK', { timeout: 2_000 })
            .catch(() => undefined);
      }
      return sequences;
    }

    /** Everything with its old name: 20 messages in each stream, the first ones acknowledged. */
    async function reset(): Promise<void> {
      await own.server.clear();
      await apply({});
      if (hasPauses) {
        await own.server.demand('CONSUMER.PAUSE.ORDERS.worker', { pause_until: '2090-01-01T00:00:00Z' });
        await own.server.demand('CONSUMER.PAUSE.ORDERS.worker', {});
        await own.server.demand('CONSUMER.PAUSE.ORDERS.pushed', { pause_until: '2090-01-01T00:00:00Z' });
      }
      for (let i = 1; i <= 20; i++) {
        for (const subject of [`orders.${i % 2}`, `jobs.${(i % 2) + 1}`, 'wanted'])
          await own.server.publish(subject, `${i}`);
      }
      expect(await taken('ORDERS', 'worker', { most: 4 })).toEqual([1, 2, 3, 4]);
      // Out of order: it comes again.
      expect(await taken('ORDERS', 'worker', { most: 1, isAcknowledged: false })).toEqual([5]);
      expect(await taken('ORDERS', 'worker', { most: 1 })).toEqual([6]);
      expect(await taken('ORDERS', 'audit', { most: 7 })).toHaveLength(7);
      expect(await taken('JOBS', 'one', { most: 3 })).toEqual([2, 4, 6]);
      expect(await taken('WANTED', 'reader', { most: 5 })).toEqual([1, 2, 3, 4, 5]);
    }

    /** Under the new names, everything continues behind what was acknowledged. */
    async function judge(): Promise<void> {
      expect([...(await own.server.consumers('ORDERS')).keys()].sort()).toEqual([
        'billing',
        'first',
        'log',
        'out',
      ]);
      expect([...(await own.server.consumers('JOBS')).keys()].sort()).toEqual(['two', 'uno']);
      expect([...(await own.server.consumers('WANTED')).keys()]).toEqual(['viewer']);
      const from = (first: number, step = 1) =>
        Array.from({ length: 20 }, (_, i) => i + 1).filter((i) => i >= first && (i - first) % step === 0);
      expect(await taken('ORDERS', 'billing')).toEqual(from(5));
      expect(await taken('ORDERS', 'first')).toEqual(from(1, 2));
      expect(await taken('ORDERS', 'log')).toEqual(from(8));
      expect(await taken('JOBS', 'uno')).toEqual(from(8, 2));
      expect(await taken('JOBS', 'two')).toEqual(from(1, 2));
      expect(await taken('WANTED', 'viewer')).toEqual(from(6));
      const { config } = await own.server.demand('CONSUMER.INFO.ORDERS.out');
      expect(config).toMatchObject({
        deliver_subject: 'out.pushed',
        ...(hasPauses && { pause_until: '2090-01-01T00:00:00Z' }),
      });
    }

    test('renamed consumers continue where they were, on every sort of stream', async () => {
      await reset();
      await apply(NEW);
      await judge();
      // And they can be renamed again.
      await apply(NEW);
    });

    test('killed before any request that changes something', async () => {
      const watch: Watch = { ports: [Number(URL.parse(own.nats.url)?.port)], pattern: WRITES };
      own.cli.declare(streams(NEW));
      await reset();
      const writes = await sayings(own.cli, watch, 'apply', '--auto-approve');
      expect(writes).toBe(2 * Object.keys(NEW).length);
      await judge();
      const kills = Math.min(killsOf(FEW), writes);
      for (let i = 0; i < kills; i++) {
        const count = kills === writes ? i + 1 : momentIn(writes + 1);
        await reset();
        watchBy(own.cli, { ...watch, count });
        const { signal } = await own.cli.run('apply', '--auto-approve');
        watchBy(own.cli);
        expect({ count, signal }).toEqual({ count, signal: 'SIGKILL' });
        await own.cli.expectFinished();
        await judge();
      }
    }, 600_000);
  },
  { title: 'renames' },
);
