import { describe, expect, test } from 'vitest';
import { makeAddress, type Session } from '../../../../src/model/index.ts';
import { killsOf } from '../../../live/dying.ts';
import { brokerOf, LINES } from '../live.ts';
import { type Post, redrive, survey, tally, withPost } from './post.ts';

/** All of them where every kill is asked for. */
const MANY = Number.isFinite(killsOf(1)) ? 3_000 : 100_000;

describe.each(LINES)('RabbitMQ %s: a redrive', (line) => {
  const broker = brokerOf(line);

  test.skipIf(!broker)('ends although consumers reject its messages at once, and sees a second time', () =>
    withPost(line, async (post, session) => {
      await post.queue('dead');
      await post.work('work');
      await post.publish(
        'work',
        Array.from({ length: 50 }, (_, i) => String(i)),
      );
      await post.reject('work', 50);
      const { consumerTag } = await post.channel.consume('work', (message) => {
        if (message) post.channel.nack(message, false, false);
      });
      for (const redriven of [0, 1]) {
        const outcomes = await redrive(session, post, { rate: 200 });
        expect(tally(outcomes)).toEqual({ redriven: 50 });
        expect(new Set(outcomes.map(({ letter }) => letter.redriven))).toEqual(new Set([redriven]));
        await post.until(async () => (await post.count('dead')) === 50);
      }
      await post.channel.cancel(consumerTag);
    }),
  );

  test.skipIf(!broker)('keeps to its limit and its rate, and takes no more than it needs', () =>
    withPost(line, async (post, session) => {
      for (const name of ['dead', 'other']) await post.queue(name);
      await post.publish(
        'dead',
        Array.from({ length: 60 }, (_, i) => String(i)),
      );
      const began = Date.now();
      expect(tally(await redrive(session, post, { to: 'other', limit: 20, rate: 20 }))).toEqual({
        redriven: 20,
      });
      expect(Date.now() - began).toBeGreaterThan(850);
      expect(tally(await survey(session, post, { to: 'other', limit: 5 }))).toEqual({ chosen: 5 });
      await post.until(async () => (await post.count('dead')) === 40);
      const texts = (await post.takeAll('dead')).map(({ content }) => String(content));
      expect(texts).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 20)));
    }),
  );

  test.skipIf(!broker)('that is interrupted finishes what is in flight, and the rest stays', () =>
    withPost(line, async (post, session) => {
      for (const name of ['dead', 'other']) await post.queue(name);
      for (const way of ['drain', 'abort'] as const) {
        await post.publish(
          'dead',
          Array.from({ length: 50 }, (_, i) => String(i)),
        );
        const stop = new AbortController();
        let seen = 0;
        const onOutcome = () => ++seen === 10 && stop.abort();
        const outcomes = await redrive(session, post, {
          to: 'other',
          rate: 100,
          [way]: stop.signal,
          onOutcome,
        });
        const { redriven = 0, unconfirmed = 0 } = tally(outcomes);
        expect(outcomes.length).toBeLessThan(50);
        expect(redriven + unconfirmed).toBe(outcomes.length);
        if (way === 'drain') expect(unconfirmed).toBe(0);
        // The broker requeues once it has seen the connection's end.
        await post.until(async () => (await post.count('dead')) >= 50 - redriven - unconfirmed);
        const ids = [...(await post.takeAll('dead')), ...(await post.takeAll('other'))].map(({ content }) =>
          String(content),
        );
        expect(new Set(ids).size).toBe(50);
        expect(ids.length).toBeLessThanOrEqual(50 + unconfirmed);
      }
    }),
  );

  test.skipIf(!broker)(
    'never loses a letter that was read too often: it is published to its queue again',
    () =>
      withPost(line, async (post, session) => {
        await post.queue('dead', { 'x-delivery-limit': 4 }, 'quorum');
        await post.publish('dead', ['1', '2', '3']);
        for (let i = 0; i < 8; i++) {
          expect(tally(await survey(session, post))).toEqual({ kept: 3 });
          // As a run that is killed does.
          await readAndDie(post, session);
          await post.until(async () => (await post.count('dead')) === 3);
        }
        const texts = (await post.takeAll('dead')).map(({ content }) => String(content));
        expect(texts.sort()).toEqual(['1', '2', '3']);
      }),
  );

  test.skipIf(!broker)(
    `of ${MANY} letters takes bounded memory, and a survey gives all of them back`,
    () =>
      withPost(line, async (post, session) => {
        for (const name of ['dead', 'other']) await post.queue(name, {}, 'quorum');
        const body = 'x'.repeat(1024);
        for (let sent = 0; sent < MANY; sent += 1000) {
          await post.publish(
            'dead',
            Array.from({ length: 1000 }, () => body),
            { persistent: true },
          );
        }
        const opened = await session.redrive?.(post.request('dead', { to: 'other' }));
        expect(opened?.count).toBe(MANY);
        let [chosen, redriven, began] = [0, 0, Date.now()];
        const { signal } = new AbortController();
        for await (const { status } of opened?.survey({ accepts: () => true, most: MANY, signal }) ?? []) {
          if (status === 'chosen') chosen++;
        }
        const surveyed = Date.now() - began;
        await post.until(async () => (await post.count('dead')) === MANY);
        began = Date.now();
        const before = process.memoryUsage().rss;
        let most = before;
        for await (const { status } of opened?.run({ accepts: () => true, drain: signal, abort: signal }) ??
          []) {
          if (status === 'redriven' && ++redriven % 100 === 0)
            most = Math.max(most, process.memoryUsage().rss);
        }
        const [took, grown] = [Date.now() - began, Math.round((most - before) / 1024 / 1024)];
        console.log(
          `RabbitMQ ${line}: ${MANY} letters surveyed in ${surveyed} ms, redriven in ${took} ms, +${grown} MiB`,
        );
        expect([chosen, redriven]).toEqual([MANY, MANY]);
        await post.until(async () => (await post.count('other')) === MANY);
        expect(await post.count('dead')).toBe(0);
        expect(grown).toBeLessThan(250);
      }),
    600_000,
  );

  test.skipIf(!broker)('refuses what it cannot read without a loss, and says why', () =>
    withPost(line, async (post, session) => {
      const { channel } = post;
      const single = { 'x-single-active-consumer': true };
      await channel.assertQueue('log', { durable: true, arguments: { 'x-queue-type': 'stream' } });
      await channel.assertQueue('leaving', { autoDelete: true });
      await post.queue('limited', { 'x-delivery-limit': 2 }, 'quorum');
      for (const [name, args] of [
        ['single', single],
        ['own', {}],
      ] as const) {
        await post.queue(name, args);
        await channel.consume(name, () => {}, { exclusive: name === 'own' });
      }
      // Both are known from statistics.
      await post.until(async () => {
        const queues = await post.management.get('queues', post.vhost);
        return queues.every(({ name, consumers, exclusive_consumer_tag: tag }: Record<string, unknown>) =>
          name === 'single' ? consumers === 1 : name !== 'own' || Boolean(tag),
        );
      });
      const refusals: [string, RegExp, Parameters<typeof redrive>[2]?][] = [
        ['log', /the queue is a stream/],
        ['leaving', /the queue is auto-delete/],
        ['limited', /the queue drops messages after 2 deliveries/],
        ['single', /has a single active consumer/],
        ['own', /has an exclusive consumer/],
        ['none', /queue "none" does not exist in vhost/],
        ['limited', /--to limited: the dead letters are already in this queue/, { to: 'limited' }],
        ['limited', /--to none: the queue does not exist/, { to: 'none' }],
      ];
      for (const [queue, message, more] of refusals) {
        await expect(redrive(session, post, { queue, ...more }), queue).rejects.toThrow(message);
      }
    }),
  );

  test.skipIf(!broker)('tells of consumers, and redrives beside them; a single active one is itself', () =>
    withPost(line, async (post, session) => {
      await post.queue('other');
      await post.queue('dead', { 'x-single-active-consumer': true }, 'quorum');
      await post.publish(
        'dead',
        Array.from({ length: 700 }, (_, i) => String(i)),
      );
      const even = { to: 'other', accepts: ({ size }: { size: number }) => size < 3 };
      expect(tally(await redrive(session, post, even))).toEqual({ redriven: 100, skipped: 600 });
      await post.until(async () => (await post.count('dead')) === 600);
      await post.queue('shared');
      await post.channel.prefetch(1);
      await post.channel.consume('shared', () => {});
      await post.publish('shared', ['1', '2', '3']);
      await post.until(async () => (await post.count('shared')) === 2);
      const opened = await session.redrive?.(post.request('shared', { to: 'other' }));
      expect(opened?.notes[0]).toBe('the queue has 1 consumer, which may receive dead letters meanwhile');
      expect(tally(await redrive(session, post, { queue: 'shared', to: 'other' }))).toEqual({ redriven: 2 });
    }),
  );
});

/** Reads all letters, and ends without giving them back. */
async function readAndDie(post: Post, session: Session): Promise<void> {
  const abort = new AbortController();
  const opened = await session.redrive?.({
    ...post.request(),
    address: makeAddress('main', 'queue', post.vhost, 'dead'),
  });
  const choice = { accepts: () => false, drain: new AbortController().signal, abort: abort.signal };
  for await (const _ of opened?.run({ ...choice }) ?? []) abort.abort();
}
