import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel } from 'amqplib';
import { describe, expect, type TestContext, test } from 'vitest';
import type { JsonObject, Outcome } from '../../../../src/model/index.ts';
import { brokerOf, LINES, type Line, loginAs, open, send } from '../live.ts';
import { NAMES, Shop } from './queues.ts';

interface Case {
  readonly what: string;
  readonly from?: JsonObject;
  readonly to?: JsonObject;
  readonly onlyOn?: Line;
  /** Brings about what is refused. */
  prepare(shop: Shop, channel: Channel, context: TestContext): Promise<unknown>;
  readonly message: RegExp;
}

const CLASSIC = { 'x-queue-type': 'classic' };
const QUORUM = { 'x-queue-type': 'quorum' };
const TEN = 10;
/** What cannot be moved, or not now: each is found before anything is changed. */
const CASES: readonly Case[] = [
  {
    what: 'an exclusive consumer',
    prepare: async (shop, channel) => {
      await channel.consume('orders', () => {}, { exclusive: true });
      await shop.untilListed(({ exclusive_consumer_tag: tag }) => typeof tag === 'string' && tag !== '');
    },
    message: /exclusive consumer/,
  },
  {
    what: 'an active single active consumer',
    from: { ...CLASSIC, 'x-single-active-consumer': true },
    prepare: async (shop, channel) => {
      await channel.consume('orders', () => {});
      await shop.untilListed(({ consumers }) => consumers === 1);
    },
    message: /single active consumer/,
  },
  {
    what: 'an operator policy that limits every queue',
    prepare: (shop) =>
      shop.management.put(['operator-policies', shop.vhost, 'limit'], {
        ...{ pattern: '', 'apply-to': 'queues', definition: { 'max-length': 5 } },
      }),
    message: /operator policy "limit" \(max-length\)/,
  },
  {
    what: 'a limit on the number of queues',
    prepare: (shop) => shop.management.put(['vhost-limits', shop.vhost, 'max-queues'], { value: 2 }),
    message: /has 1 queues and may have 2/,
  },
  {
    what: 'a stream as it is to be',
    to: { 'x-queue-type': 'stream' },
    prepare: async () => {},
    message: /to a stream/,
  },
  {
    what: 'a stream as it is',
    from: { 'x-queue-type': 'stream' },
    prepare: async () => {},
    message: /of a stream/,
  },
  {
    what: 'a new limit that is too low',
    to: { ...CLASSIC, 'x-max-length': TEN - 1 },
    prepare: async () => {},
    message: /at most 9 messages \(max-length\), and there are 10/,
  },
  {
    what: 'a new limit in bytes that is too low',
    to: { ...CLASSIC, 'x-max-length-bytes': TEN - 1 },
    prepare: async () => {},
    message: /at most 9 bytes \(max-length-bytes\), and there are 10/,
  },
  {
    what: 'publishers of a queue without bindings',
    prepare: async (shop, channel, { onTestFinished }) => {
      await channel.unbindQueue('orders', 'events', 'p0.*');
      await channel.unbindQueue('orders', 'events', 'p1.#');
      await shop.unbindDocuments();
      const timer = setInterval(() => channel.sendToQueue('orders', Buffer.from('x')), 50);
      onTestFinished(() => clearInterval(timer));
      await shop.untilListed(({ message_stats: stats }) => {
        const details = (stats as { publish_details?: { rate?: number } } | undefined)?.publish_details;
        return (details?.rate ?? 0) > 0;
      });
      await shop.remember();
    },
    message: /default exchange/,
  },
  {
    what: 'a hold queue of somebody else',
    prepare: async (shop, channel) => {
      await channel.assertQueue(NAMES.hold, { durable: true, messageTtl: 60_000 });
      shop.alsoThere(NAMES.hold);
    },
    message: /exists with x-message-ttl/,
  },
  {
    what: 'a binding that the broker cannot list',
    prepare: async (shop, channel) => {
      await channel.bindQueue('orders', 'events', 'a~b', { x: 'y' });
      shop.cannotList();
    },
    message: /fails to list the bindings/,
  },
];

/** Rights that a user may lack, by the pattern of the names that it has each right on. */
const RIGHTS: readonly {
  what: string;
  configure?: string;
  write?: string;
  read?: string;
  message: RegExp;
}[] = [
  { what: 'to read the queue', read: '^(?!orders$)', message: /access to queue 'orders'/ },
  { what: 'to configure the queue', configure: '^(?!orders$)', message: /access to queue 'orders'/ },
  { what: 'to write the queue', write: '^(?!orders$)', message: /access to queue 'orders'/ },
  {
    what: 'to read an exchange that leads to it',
    read: '^(?!documents)',
    message: /access to exchange 'documents'/,
  },
  {
    what: 'to declare the hold queue',
    configure: 'orders$',
    message: /access to queue 'orders.brokerform-hold'/,
  },
  { what: 'to write to park', write: '^(?!.*park)', message: /'orders.brokerform-park'/ },
  { what: 'to read park', read: '^(?!.*park)', message: /'orders.brokerform-park'/ },
  { what: 'to write to the way back', write: '^(?!.*back)', message: /'orders.brokerform-back'/ },
];

describe.concurrent.each(LINES)('RabbitMQ %s refuses to move, and changes nothing', (line) => {
  const broker = brokerOf(line);

  async function shopWith(
    { onTestFinished }: TestContext,
    from: JsonObject,
    to: JsonObject,
  ): Promise<{ shop: Shop; channel: Channel }> {
    if (!broker) throw new Error('no broker');
    const shop = new Shop(broker, { from, to });
    onTestFinished(async () => void (await shop.close()));
    await shop.open();
    const connection = await amqp.connect(shop.url);
    onTestFinished(() => connection.close().catch(() => {}));
    connection.on('error', () => {});
    const channel = await connection.createConfirmChannel();
    for (let i = 0; i < TEN; i++) channel.publish('events', 'p0.x', Buffer.from(String(i)));
    await channel.waitForConfirms();
    return { shop, channel };
  }

  async function sendMove(shop: Shop, settings: JsonObject = {}): Promise<Outcome | undefined> {
    const session = await open(line, { settings });
    const [outcome] = await send(session, [shop.calls()]);
    await session.close();
    return outcome;
  }

  test.skipIf(!broker).concurrent.for(CASES)(
    '$what',
    async ({ from = CLASSIC, to = QUORUM, prepare, message }, context) => {
      const { shop, channel } = await shopWith(context, from, to);
      await prepare(shop, channel, context);
      const outcome = await sendMove(shop);
      expect(outcome).toMatchObject({
        status: 'failed',
        callsDone: 0,
        failure: { message: expect.stringMatching(message) },
      });
      await shop.expectUntouched();
    },
  );

  test.skipIf(!broker).concurrent.for(RIGHTS)(
    'a user without the right $what',
    async ({ message, what, ...rights }, context) => {
      const { onTestFinished } = context;
      const { shop } = await shopWith(context, CLASSIC, QUORUM);
      const user = `mover-${shop.vhost}`;
      await shop.management.put(['users', user], { password: 'secret', tags: 'management' });
      onTestFinished(() => void shop.management.delete('users', user));
      const all = { configure: '.*', write: '.*', read: '.*' };
      await shop.management.put(['permissions', shop.vhost, user], { ...all, ...rights });
      const outcome = await sendMove(shop, loginAs(line, user, 'secret'));
      expect({ what, ...outcome }).toMatchObject({
        status: 'failed',
        callsDone: 0,
        failure: { message: expect.stringMatching(message) },
      });
      await shop.expectUntouched();
      // With all of them, and no policy that would have to be kept away, the tag "policymaker" is not needed.
      await shop.management.put(['permissions', shop.vhost, user], all);
      if (what === 'to read park')
        expect(await sendMove(shop, loginAs(line, user, 'secret'))).toMatchObject({ status: 'done' });
    },
  );

  test
    .skipIf(!broker)
    .concurrent('policies that would drop messages are kept away, or it is refused', async (context) => {
      const { onTestFinished } = context;
      const { shop } = await shopWith(context, CLASSIC, QUORUM);
      const user = `mover-${shop.vhost}`;
      const definition = { 'message-ttl': 0, expires: 1 };
      const put = (pattern: string) =>
        shop.management.put(['policies', shop.vhost, 'drop'], {
          pattern,
          'apply-to': 'all',
          priority: 99,
          definition,
        });
      await put('brokerform-(hold|park)$');
      await shop.management.put(['users', user], { password: 'secret', tags: 'management' });
      onTestFinished(() => void shop.management.delete('users', user));
      await shop.management.put(['permissions', shop.vhost, user], {
        configure: '.*',
        write: '.*',
        read: '.*',
      });
      expect(await sendMove(shop, loginAs(line, user, 'secret'))).toMatchObject({
        status: 'failed',
        callsDone: 0,
        failure: { message: expect.stringMatching(/policy "drop" applies/) },
      });
      expect(await shop.queues()).toEqual(['orders']);
      expect(await sendMove(shop)).toMatchObject({ status: 'done' });
      expect(await shop.count()).toBe(TEN);
      expect((await shop.management.get('policies', shop.vhost)).map(({ name }) => name)).toEqual(['drop']);
    });

  test
    .skipIf(!broker)
    .concurrent(
      'publishers through the default exchange are noticed, and nothing is lost until it is allowed',
      async (context) => {
        const { onTestFinished } = context;
        const { shop, channel } = await shopWith(context, CLASSIC, QUORUM);
        let sent = 0;
        const timer = setInterval(() => channel.sendToQueue('orders', Buffer.from(String(sent++))), 20);
        onTestFinished(() => clearInterval(timer));
        const outcome = await sendMove(shop);
        expect(outcome).toMatchObject({
          status: 'failed',
          callsDone: 3,
          failure: { message: expect.stringMatching(/default exchange/) },
        });
        expect(await shop.queues()).toEqual(['orders', NAMES.hold, NAMES.park].sort());
        const session = await open(line);
        expect(await send(session, [shop.calls(true)])).toMatchObject([{ status: 'done' }]);
        await session.close();
        clearInterval(timer);
        await sleep(100);
        await shop.expectMoved();
        // Lost is what was sent while the queue was away.
        expect(TEN + sent - (await shop.count())).toBeLessThanOrEqual(5);
      },
    );

  test
    .skipIf(!broker)
    .concurrent(
      'messages of another user: it stops, nothing is lost, and it goes on with the right to',
      async (context) => {
        const { onTestFinished } = context;
        const { shop, channel } = await shopWith(context, CLASSIC, QUORUM);
        channel.publish('events', 'p0.user', Buffer.from('mine'), { userId: 'guest' });
        const user = `mover-${shop.vhost}`;
        await shop.management.put(['users', user], { password: 'secret', tags: 'management,policymaker' });
        onTestFinished(() => void shop.management.delete('users', user));
        await shop.management.put(['permissions', shop.vhost, user], {
          configure: '.*',
          write: '.*',
          read: '.*',
        });
        const login = loginAs(line, user, 'secret');
        const outcome = await sendMove(shop, login);
        expect(outcome).toMatchObject({
          status: 'failed',
          callsDone: 2,
          failure: {
            message: expect.stringMatching(/another user/),
            hint: expect.stringContaining('impersonator'),
          },
        });
        await shop.management.put(['users', user], {
          password: 'secret',
          tags: 'management,policymaker,impersonator',
        });
        expect(await sendMove(shop, login)).toMatchObject({ status: 'done' });
        await shop.expectMoved();
        expect(await shop.count()).toBeGreaterThanOrEqual(TEN + 1);
      },
    );
});
