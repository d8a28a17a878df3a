import { setTimeout as sleep } from 'node:timers/promises';
import amqp from 'amqplib';
import { describe, expect, type TestContext, test } from 'vitest';
import { brokerOf, LINES, open } from '../live.ts';
import { startProxy } from '../tcp-proxy.ts';
import { fill, numbersTo, takeAll } from './backlog.ts';
import { CHANGES, changesOr, NAMES, Shop } from './queues.ts';
import { findings, Traffic } from './traffic.ts';

type Opened = Awaited<ReturnType<typeof open>>;

describe.concurrent.each(LINES)('a move of RabbitMQ %s that is interrupted', (line) => {
  const broker = brokerOf(line);

  async function shopFor({ onTestFinished }: TestContext, change: string): Promise<Shop> {
    const known = CHANGES[change];
    if (!broker || !known) throw new Error('no broker');
    const shop = new Shop(broker, known);
    onTestFinished(() => void shop.close());
    await shop.open();
    return shop;
  }

  async function run(session: Opened, shop: Shop, { limitRate, drain, abort, onText }: Partial<Wishes> = {}) {
    const never = new AbortController().signal;
    const options = {
      drain: drain ?? never,
      abort: abort ?? never,
      limitRate,
      onWork: (text = '') => onText?.(text),
    };
    for await (const outcome of session.send([shop.calls()], options)) return outcome;
    throw new Error('no outcome');
  }
  interface Wishes {
    readonly limitRate: number;
    readonly drain: AbortSignal;
    readonly abort: AbortSignal;
    readonly onText: (text: string) => unknown;
  }

  test.skipIf(!broker).concurrent.for(changesOr('classic to quorum'))(
    'every connection cut in every phase, %s: it goes on, and no message is lost',
    async (change, context) => {
      const shop = await shopFor(context, change);
      const amqpProxy = await startProxy(broker?.url ?? '');
      const httpProxy = await startProxy(broker?.management ?? '');
      const settings = {
        url: `amqp://127.0.0.1:${amqpProxy.port}`,
        management: `http://127.0.0.1:${httpProxy.port}`,
      };
      const session = await open(line, { settings });
      const traffic = new Traffic(shop.url, 'events', 7);
      await Promise.all([0, 1].map((one) => traffic.publish(one, 30, 700).filled));
      const cut = new Set<string>();
      let cuts = 0;
      const onText = (text: string) => {
        const phase = /phase (\d)/.exec(text)?.[1];
        if (phase === undefined || cut.has(phase)) return;
        cut.add(phase);
        cuts++;
        amqpProxy.cut();
        httpProxy.cut();
      };
      setTimeout(() => onText('phase 1'), 30);
      // Slow, so that each transfer is cut in its middle.
      expect(await run(session, shop, { limitRate: 2000, onText })).toMatchObject({
        status: 'done',
        callsDone: 7,
      });
      await session.close();
      await Promise.all([amqpProxy.close(), httpProxy.close()]);
      await shop.expectMoved();
      await traffic.end('orders');
      const found = findings(traffic);
      expect({ change, ...found }).toMatchObject({ change, lost: 0, changed: 0 });
      // Four transfers of at most 400 messages in flight, and two windows.
      expect(found.twice).toBeLessThanOrEqual(4 * 400 + 40);
      expect(cuts).toBeGreaterThanOrEqual(4);
    },
  );

  test
    .skipIf(!broker)
    .concurrent(
      'stopped by the user: it says how far it is, and goes on without a message twice',
      async (context) => {
        const shop = await shopFor(context, 'classic to quorum');
        await fill(shop, 300);
        const session = await open(line);
        const drain = new AbortController();
        const onText = (text: string) => /\(drain\): \d+ moved, \d/.test(text) && drain.abort();
        const outcome = await run(session, shop, { limitRate: 100, drain: drain.signal, onText });
        expect(outcome).toMatchObject({
          status: 'failed',
          callsDone: 2,
          failure: {
            op: 'move.drain',
            message: expect.stringMatching(/^stopped in phase 3 of 7 \(drain\): \d+ moved, \d+ left$/),
            hint: 'no message is lost; apply again to continue the move',
          },
        });
        expect(await run(session, shop)).toMatchObject({ status: 'done' });
        await session.close();
        await shop.expectMoved();
        expect(await takeAll(shop)).toEqual(numbersTo(300));
      },
    );

  test.skipIf(!broker).concurrent('given up at once: unknown, and it goes on later', async (context) => {
    const shop = await shopFor(context, 'quorum to classic');
    await fill(shop, 300);
    const session = await open(line);
    const abort = new AbortController();
    let abortedAt = Number.NaN;
    setTimeout(() => {
      abortedAt = Date.now();
      abort.abort();
    }, 1000);
    expect(await run(session, shop, { limitRate: 100, abort: abort.signal })).toMatchObject({
      status: 'unknown',
    });
    // What is left takes 2 s at this rate.
    expect(Date.now() - abortedAt).toBeLessThan(1500);
    expect(await run(session, shop)).toMatchObject({ status: 'done' });
    await session.close();
    await shop.expectMoved();
    expect([...new Set(await takeAll(shop))].sort((a, b) => a - b)).toEqual(numbersTo(300));
  });

  test
    .skipIf(!broker)
    .concurrent(
      'the hold queue is deleted by somebody: it stops, and goes on with a new one',
      async (context) => {
        const shop = await shopFor(context, 'other arguments');
        await fill(shop, 300);
        const session = await open(line);
        let deleted = false;
        const outcome = await run(session, shop, {
          limitRate: 100,
          onText: (text) => {
            if (deleted || !text.includes('(drain)')) return;
            deleted = true;
            void shop.management.delete('queues', shop.vhost, NAMES.hold);
          },
        });
        expect(outcome).toMatchObject({
          status: 'failed',
          callsDone: 2,
          failure: {
            op: 'basic.publish',
            status: '312',
            message: expect.stringMatching(/NO_ROUTE.*leads to no queue/),
          },
        });
        expect(await run(session, shop)).toMatchObject({ status: 'done' });
        await session.close();
        await shop.expectMoved();
        // What was in the deleted queue is gone; all that was not, is not.
        expect((await takeAll(shop)).slice(-100)).toEqual(numbersTo(300).slice(-100));
      },
    );

  test
    .skipIf(!broker)
    .concurrent('the queue is deleted by somebody: it is declared, with what was moved', async (context) => {
      const shop = await shopFor(context, 'classic to quorum');
      await fill(shop, 300);
      const session = await open(line);
      let deleted = false;
      const outcome = await run(session, shop, {
        limitRate: 100,
        onText: (text) => {
          if (deleted || !/\(drain\): \d\d+ moved/.test(text)) return;
          deleted = true;
          void shop.management.delete('queues', shop.vhost, 'orders');
        },
      });
      expect(outcome).toMatchObject({ status: 'done' });
      await session.close();
      await shop.expectMoved();
      const left = await takeAll(shop);
      expect(left.length).toBeGreaterThan(10);
      expect(left).toEqual(numbersTo(left.length));
    });

  test.skipIf(!broker).concurrent.for(changesOr('quorum to classic'))(
    'messages that a consumer holds are waited for, %s',
    async (change, context) => {
      const shop = await shopFor(context, change);
      await fill(shop, 20);
      const connection = await amqp.connect(shop.url);
      context.onTestFinished(() => connection.close().catch(() => {}));
      const channel = await connection.createChannel();
      await channel.prefetch(5);
      const held: amqp.ConsumeMessage[] = [];
      const { consumerTag } = await channel.consume('orders', (message) => message && held.push(message));
      while (held.length < 5) await sleep(20);
      // It holds them without being a consumer any more.
      await channel.cancel(consumerTag);
      const session = await open(line);
      const texts: string[] = [];
      const moving = run(session, shop, { onText: (text) => texts.push(text) });
      while (!texts.some((text) => /waiting for 5 messages that other consumers of orders hold/.test(text)))
        await sleep(100);
      for (const message of held.slice(0, 2)) channel.ack(message);
      for (const message of held.slice(2)) channel.nack(message);
      expect(await moving).toMatchObject({ status: 'done' });
      await session.close();
      await shop.expectMoved();
      expect((await takeAll(shop)).sort((a, b) => a - b)).toEqual(numbersTo(20).slice(2));
    },
  );
});
