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
      const texts: string[] = [];
      const drain = new AbortController();
      await broker.ctl('set_vm_memory_high_watermark', 'absolute', '1MB');
      // The broker looks at its memory now and then.
      await post.until(async () => (await post.management.get('nodes'))[0]?.mem_alarm === true);
      const stopped = redrive(session, post, {
        ...{ to: 'other', drain: drain.signal },
        onWork: (text = '') => texts.push(text),
      });
      for (let tries = 0; texts.length === 0 && tries < 300; tries++) await sleep(100);
      expect(texts).toEqual(['waiting: an alarm of the broker blocks publishers (low on memory)']);
      drain.abort();
      const outcomes = await stopped;
      expect(tally(outcomes)).toEqual({ unconfirmed: outcomes.length });
      // What is published while an alarm is on, the broker may still read afterwards.
      const waiting = redrive(session, post, { to: 'other', onWork: (text = '') => texts.push(text) });
      for (let tries = 0; texts.length === 1 && tries < 300; tries++) await sleep(100);
      await broker.ctl('set_vm_memory_high_watermark', 'absolute', '1500MB');
      expect(tally(await waiting)).toEqual({ redriven: 300 });
      expect(texts.at(-1)).toBe('');
      expect(await post.count('dead')).toBe(0);
      expect(new Set((await post.takeAll('other')).map(({ content }) => String(content))).size).toBe(300);
      await session.close();
      await post.close();
    },
    120_000,
  );
});
