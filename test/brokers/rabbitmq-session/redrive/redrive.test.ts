import { describe, expect, test } from 'vitest';
import { brokerOf, LINES } from '../live.ts';
import { type QueueType, redrive, survey, tally, withPost } from './post.ts';

const TYPES: readonly QueueType[] = ['classic', 'quorum'];

describe.each(LINES)('RabbitMQ %s: dead letters', (line) => {
  const broker = brokerOf(line);

  test.skipIf(!broker).for(TYPES)('of a %s queue go back to the queue that rejected them', (type) =>
    withPost(line, async (post, session) => {
      await post.queue('dead', {}, type);
      for (const name of ['email', 'text']) await post.work(name, type);
      await post.publish('email', ['1', '2', '3'], { persistent: true });
      await post.publish('text', ['4', '5']);
      await post.reject('email', 3);
      await post.reject('text', 2);

      const before = await survey(session, post);
      expect(tally(before)).toEqual({ chosen: 5 });
      expect(before[0]?.letter).toMatchObject({
        ...{ source: 'email', target: 'email', reason: 'rejected', key: 'email', size: 1, redriven: 0 },
      });
      await post.until(async () => (await post.count('dead')) === 5);
      expect([await post.count('email'), await post.count('text')]).toEqual([0, 0]);

      expect(tally(await redrive(session, post))).toEqual({ redriven: 5 });
      expect(await post.count('dead')).toBe(0);
      const [email, text] = [await post.takeAll('email'), await post.takeAll('text')];
      expect(email.map(({ content }) => String(content))).toEqual(['1', '2', '3']);
      expect(text.map(({ content }) => String(content))).toEqual(['4', '5']);
      const { headers, deliveryMode } = email[0]?.properties ?? {};
      expect(deliveryMode).toBe(2);
      // 3.10 writes a count of its own.
      expect(headers?.['x-delivery-count'] ?? 0).toBe(0);
      expect(Object.keys({ ...headers, 'x-delivery-count': 0 })).toEqual([
        'x-brokerform-redrive',
        'x-delivery-count',
      ]);
      expect(headers?.['x-brokerform-redrive']).toMatchObject({
        ...{ count: 1, number: 1, from: 'dead', exchange: '', 'routing-keys': ['email'] },
        deaths: [{ queue: 'email', reason: 'rejected', count: 1 }],
      });
    }),
  );
});
