import { beforeEach, expect, test } from 'vitest';
import { type JsonObject, type Plan, printJson } from '../../../src/model/index.ts';
import type { Checked } from '../../../src/workflow/index.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';

const MESSAGES = 10;
const ALLOW = { allow: ['destructive:main/consumer/**'] };

describeLines(
  (line) => {
    const own = ownServer(line);
    const canReset = line === 'current';

    beforeEach(async () => {
      await own.server.clear();
      await converge({});
      for (let i = 1; i <= MESSAGES; i++) await own.server.publish('orders', String(i));
    });

    const topology = (worker: JsonObject, retention = 'limits') =>
      own.project.check(
        printJson({
          nats: {
            streams: { ORDERS: { subjects: ['orders'], retention, max_age: '1d', consumers: { worker } } },
          },
        }),
      );

    async function planned(
      worker: JsonObject,
      retention?: string,
    ): Promise<{ checked: Checked; plan: Plan }> {
      const checked = topology(worker, retention);
      return { checked, plan: await own.project.plan(checked, ALLOW) };
    }

    async function converge(worker: JsonObject, retention?: string): Promise<Plan> {
      const { checked, plan } = await planned(worker, retention);
      const { steps } = await own.project.apply(checked, plan);
      expect(steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      expect((await planned(worker, retention)).plan.waves).toEqual([]);
      return plan;
    }

    /** What the plan did to the consumer: in place, or by a replacement. */
    const way = (plan: Plan) => plan.waves.flat().map(({ action }) => action);
    const classes = (plan: Plan) => plan.waves.flat().flatMap(({ risks }) => risks.map((risk) => risk.class));

    /** Sequences of the messages that the consumer gives now, each acknowledged unless told otherwise. */
    async function take(most = 100, isAcknowledged = true): Promise<number[]> {
      const sequences: number[] = [];
      while (sequences.length < most) {
        const subject = '$JS.API.CONSUMER.MSG.NEXT.ORDERS.worker';
        const body = JSON.stringify({ batch: 1, no_wait: true });
        const message = await own.server.connection.request(subject, body, { timeout: 2_000, noMux: true });
        const sequence = Number(message.reply?.split('.').at(-4));
        if (!Number.isInteger(sequence)) break;
        sequences.push(sequence);
        if (isAcknowledged)
          await own.server.connection.request(message.reply ?? '', '+ACK', { timeout: 2_000 });
      }
      return sequences;
    }

    const range = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const created = async () => (await own.server.demand('CONSUMER.INFO.ORDERS.worker')).created;

    test('back: acknowledged messages come again, exactly from there on', async () => {
      expect(await take()).toEqual(range(1, 10));
      const born = await created();
      const plan = await converge({ deliver_policy: 'by_start_sequence', opt_start_seq: 4 });
      expect(way(plan)).toEqual([canReset ? 'update' : 'replace']);
      expect(classes(plan)).toEqual([canReset ? 'disruptive' : 'destructive']);
      expect((await created()) === born).toBe(canReset);
      expect(await take()).toEqual(range(4, 10));
      expect(way(await converge({}))).toEqual([canReset ? 'update' : 'replace']);
      expect(await take()).toEqual(range(1, 10));
    });

    test('ahead: what is skipped is named, and blocked without permission', async () => {
      expect(await take(3)).toEqual(range(1, 3));
      expect(await take(1, false)).toEqual([4]);
      const ahead = { deliver_policy: 'by_start_sequence', opt_start_seq: 8 };
      const checked = topology(ahead);
      const blocked = await own.project.plan(checked);
      expect(blocked.blockers).toMatchObject([
        { allow: 'destructive:main/consumer/ORDERS/worker', risk: { class: 'destructive' } },
      ]);
      if (canReset) expect(blocked.blockers[0]?.risk.message).toBe('it skips sequences 4 to 7');
      expect(classes(await converge(ahead))).toEqual(['destructive']);
      expect(await take()).toEqual(range(8, 10));
    });

    test('to new messages, and to those of a time', async () => {
      expect(await take(2)).toEqual(range(1, 2));
      await converge({ deliver_policy: 'new' });
      expect(await take()).toEqual([]);
      await own.server.publish('orders', 'next');
      expect(await take()).toEqual([11]);
      const { message } = await own.server.demand('STREAM.MSG.GET.ORDERS', { seq: 6 });
      const { time } = message as JsonObject;
      await converge({ deliver_policy: 'by_start_time', opt_start_time: time ?? '' });
      expect(await take()).toEqual(range(6, 11));
      await converge({ deliver_policy: 'by_start_time', opt_start_time: '2099-01-01T00:00:00Z' });
      expect(await take()).toEqual([]);
    });

    test('with other fields, kept by later updates and by what reads it', async () => {
      await converge({ deliver_policy: 'by_start_sequence', opt_start_seq: 4, ack_wait: '1m' });
      await converge({
        deliver_policy: 'by_start_sequence',
        opt_start_seq: 4,
        ack_wait: '2m',
        max_deliver: 7,
      });
      expect(await take()).toEqual(range(4, 10));
      const { config } = await own.server.demand('CONSUMER.INFO.ORDERS.worker');
      expect(config).toMatchObject({
        ...{ ack_wait: 120e9, max_deliver: 7 },
        ...(canReset ? { deliver_policy: 'all' } : { deliver_policy: 'by_start_sequence', opt_start_seq: 4 }),
      });
    });

    // Only these servers reset.
    if (!canReset) return;

    test('what no server resets is a replacement', async () => {
      const { plan } = await planned({ deliver_policy: 'last' });
      expect(way(plan)).toEqual(['replace']);
      await converge({ deliver_policy: 'last' });
      expect(await take()).toEqual([10]);
      expect(way((await planned({})).plan)).toEqual(['replace']);
      await converge({ deliver_policy: 'by_start_sequence', opt_start_seq: 5 });
      expect(way((await planned({ deliver_policy: 'by_start_sequence', opt_start_seq: 4 })).plan)).toEqual([
        'replace',
      ]);
      expect(way(await converge({ deliver_policy: 'by_start_sequence', opt_start_seq: 6 }))).toEqual([
        'update',
      ]);
      expect(await take()).toEqual(range(6, 10));
    });

    test('killed between the reset and the record of it: the next plan has the change', async () => {
      expect(await take()).toEqual(range(1, 10));
      const back = { deliver_policy: 'by_start_sequence', opt_start_seq: 4 };
      const { checked, plan } = await planned(back);
      await own.server.demand('CONSUMER.RESET.ORDERS.worker', { seq: 4 });
      expect(await take(2)).toEqual([4, 5]);
      expect(way((await planned(back)).plan)).toEqual(['update']);
      const { steps } = await own.project.apply(checked, plan);
      expect(steps.map(({ status }) => status)).toEqual(['applied']);
      expect(await take()).toEqual(range(4, 10));
      const again = await own.project.apply(checked, plan);
      expect(again.steps.map(({ status }) => status)).toEqual(['already']);
      expect(await take()).toEqual([]);
    });

    test('ahead on a stream by interest: its messages are deleted, as the plan says', async () => {
      await own.server.clear();
      await converge({}, 'interest');
      for (let i = 1; i <= MESSAGES; i++) await own.server.publish('orders', String(i));
      const plan = await converge({ deliver_policy: 'by_start_sequence', opt_start_seq: 8 }, 'interest');
      expect(plan.waves.flat().flatMap(({ risks }) => risks.map(({ message }) => message))).toEqual([
        'it skips sequences 1 to 7, and its stream deletes at once what no other consumer asks for',
      ]);
      const { state } = await own.server.demand('STREAM.INFO.ORDERS');
      expect(state).toMatchObject({ messages: 3, first_seq: 8 });
      expect(await take()).toEqual(range(8, 10));
    });
  },
  { title: 'a consumer begins elsewhere' },
);
