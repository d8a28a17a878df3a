import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalRabbit, startRabbit } from '../../../../local/rabbitmq.ts';
import { Unavailable } from '../../../../local/unavailable.ts';
import { connect } from '../../../../src/brokers/rabbitmq/session/index.ts';
import { Post, redrive, tally } from './post.ts';

describe('a redrive and a RabbitMQ of our own', () => {
  let broker: LocalRabbit | undefined;
  const given = process.env.BROKERFORM_TEST_RABBITMQ_CURRENT_URL !== undefined;
  const skipped = given || process.env.BROKERFORM_TEST_BROKERS === 'none';

  beforeAll(async () => {
    if (skipped) return;
    broker = await startRabbit('current').catch((error) => {
      if (error instanceof Unavailable) return undefined;
      throw error;
    });
  });
  afterAll(() => broker?.stop());

  test.skipIf(skipped)(
    'an alarm of the broker: it waits, says so, can be stopped, and loses nothing',
    async ({ skip }) => {
      if (!broker) return skip();
      const post = new Post(broker);
      await post.open();
      for (const name of ['dead', 'other']) await post.queue(name);
      await post.publish(
        'dead',
        Array.from({ length: 300 }, (_, i) => String(i)),
      );
      const { settings } = post;
      const session = await connect({
        name: 'main',
        type: 'rabbitmq',
        settings,
        resolve: (text) => text,
        timeout: 10_000,
      });
      const own = broker;
      const memory = async (limit: string, isAlarm: boolean) => {
        await own.ctl('set_vm_memory_high_watermark', 'absolute', limit);
        // The broker looks at its memory now and then.
        await post.until(async () => (await post.management.get('nodes'))[0]?.mem_alarm === isAlarm);
      };
      const texts: string[] = [];
      const onWork = (text = '') => texts.push(text);
      const untilWaiting = async () => {
        for (let tries = 0; texts.length === 0 && tries < 300; tries++) await sleep(100);
        expect(texts.splice(0)).toEqual([
          'waiting: an alarm of the broker blocks publishers (low on memory)',
        ]);
      };
      await memory('1MB', true);
      const waiting = redrive(session, post, { to: 'other', onWork });
      await untilWaiting();
      await memory('1500MB', false);
      expect(tally(await waiting)).toEqual({ redriven: 300 });
      expect(texts.splice(0)).toEqual(['']);
      expect([await post.count('dead'), await post.count('other')]).toEqual([0, 300]);

      await post.publish('dead', ['a', 'b', 'c']);
      await memory('1MB', true);
      const drain = new AbortController();
      const stopped = redrive(session, post, { to: 'other', drain: drain.signal, onWork });
      await untilWaiting();
      drain.abort();
      expect(tally(await stopped)).toEqual({ unconfirmed: 3 });
      await memory('1500MB', false);
      // The broker sees the end of a connection only once it reads from it again.
      await post.until(async () => (await post.count('dead')) === 3);
      expect(tally(await redrive(session, post, { to: 'other' }))).toEqual({ redriven: 3 });
      await session.close();
      await post.close();
    },
    120_000,
  );
});
