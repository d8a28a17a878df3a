import { describe, expect, test } from 'vitest';
import { headerFrame } from '../../../../src/brokers/rabbitmq/session/move/frames.ts';
import { parseHeader } from '../../../../src/brokers/rabbitmq/session/move/message-headers.ts';
import { brokerOf, LINES } from '../live.ts';
import { HEADERS, rawMessages } from '../raw-messages.ts';
import { redrive, tally, withPost } from './post.ts';

describe.each(LINES)('RabbitMQ %s: a redriven message', (line) => {
  const broker = brokerOf(line);

  test.skipIf(!broker)('stays what it was, byte by byte, but for its mark', () =>
    withPost(line, async (post, session) => {
      await post.queue('dead');
      await post.queue('witness');
      await post.work('work');
      const messages = [
        ...Object.entries(HEADERS).map(([name, value]) => ({ headers: { [name]: value }, messageId: name })),
        { headers: HEADERS, contentType: 'a', contentEncoding: 'b', persistent: true, messageId: 'all' },
        { messageId: 'none' },
        {
          ...{ priority: 2, correlationId: 'c', replyTo: 'r', messageId: 'properties', timestamp: 2 ** 40 },
          ...{ type: 't', userId: 'guest', appId: 'a' },
        },
      ];
      for (const options of messages) {
        const body = String.fromCharCode(206).repeat(options.messageId === 'none' ? 150_000 : 3);
        for (const queue of ['work', 'witness']) await post.publish(queue, [body], options);
      }
      await post.reject('work', messages.length);
      expect(tally(await redrive(session, post))).toEqual({ redriven: messages.length });
      expect(await post.count('work')).toBe(messages.length);
      const [there, seen] = [
        await rawMessages(post, 'work', messages.length),
        await rawMessages(post, 'witness', messages.length),
      ];
      expect(there).toHaveLength(messages.length);
      const [found, sent] = [there, seen].map((all) => all.map(partsOf).sort());
      for (const [i, message] of (sent ?? []).entries())
        expect(found?.[i] === message, message.slice(0, 2000)).toBe(true);
    }),
  );

  test.skipIf(!broker)('does not expire once more, and leads to no copies', () =>
    withPost(line, async (post, session) => {
      await post.channel.assertExchange('events', 'topic');
      await post.channel.assertExchange('dlx', 'fanout');
      for (const name of ['dead', 'copies', 'other']) await post.queue(name);
      await post.queue('work', { 'x-dead-letter-exchange': 'dlx' });
      await post.channel.bindQueue('dead', 'dlx', '');
      await post.channel.bindQueue('work', 'events', 'order.*');
      await post.channel.bindQueue('other', 'events', 'order.#');
      await post.channel.bindQueue('copies', 'events', 'copy');
      const headers = { CC: ['copy', 'copies'] };
      await post.publish('order.created', ['1'], { headers, expiration: '3600000' }, 'events');
      await post.reject('work', 1);
      await Promise.all(['copies', 'other'].map((name) => post.channel.purgeQueue(name)));

      expect(tally(await redrive(session, post))).toEqual({ redriven: 1 });
      expect(await Promise.all(['dead', 'copies', 'other'].map((name) => post.count(name)))).toEqual([
        0, 0, 0,
      ]);
      const message = await post.take('work');
      expect(message.fields).toMatchObject({ exchange: '', routingKey: 'work' });
      expect(message.properties.expiration).toBeUndefined();
      expect(message.properties.headers?.CC).toBeUndefined();
      expect(message.properties.headers?.['x-brokerform-redrive']).toMatchObject({
        ...{ exchange: 'events', 'routing-keys': ['order.created', 'copy', 'copies'] },
        deaths: [{ 'original-expiration': '3600000' }],
      });

      // As at first, on request: from the mark, as the second death does not tell any more.
      post.channel.nack(message, false, false);
      await post.until(async () => (await post.count('dead')) === 1);
      const outcomes = await redrive(session, post, { via: 'exchange' });
      expect(outcomes).toMatchObject([
        {
          status: 'redriven',
          letter: { source: 'work', target: 'exchange events', key: 'order.created', redriven: 1 },
        },
      ]);
      expect(await Promise.all(['work', 'copies', 'other'].map((name) => post.count(name)))).toEqual([
        1, 1, 1,
      ]);
      const again = await post.take('work');
      expect(again.fields).toMatchObject({ exchange: 'events', routingKey: 'order.created' });
      expect(again.properties.headers).toMatchObject({
        CC: ['copy', 'copies'],
        'x-brokerform-redrive': { count: 2, exchange: 'events' },
      });
      post.channel.ack(again);
    }),
  );

  test.skipIf(!broker)(
    'gets its tries again, and goes back to the queue that rejected it, not to a delay',
    () =>
      withPost(line, async (post, session) => {
        await post.queue('dead', {}, 'quorum');
        await post.work('work', 'quorum', 'delay');
        await post.work('delay', 'quorum', 'work', { 'x-message-ttl': 50 });
        const deathsIn = (headers: Record<string, unknown> = {}): [string, number][] =>
          ((headers['x-death'] ?? []) as { queue: string; count: number }[]).map(({ queue, count }) => [
            queue,
            Number(count),
          ]);
        /** A consumer that gives a message up after two tries, by its deaths. */
        const consume = async (): Promise<number> => {
          for (let tries = 1; ; tries++) {
            const message = await post.take('work');
            const count = deathsIn(message.properties.headers).find(([queue]) => queue === 'work')?.[1] ?? 0;
            if (count < 2) post.channel.nack(message, false, false);
            else {
              await post.publish('dead', [String(message.content)], message.properties);
              post.channel.ack(message);
              return tries;
            }
          }
        };
        await post.publish('work', ['1']);
        expect(await consume()).toBe(3);
        const outcomes = await redrive(session, post);
        expect(outcomes).toMatchObject([
          { status: 'redriven', letter: { source: 'work', reason: 'rejected' } },
        ]);
        expect(await consume()).toBe(3);
        // With its deaths, the message would be given up at once: 4.3 hands them on, and 3.10 counts on from them.
        const [letter] = await post.takeAll('dead');
        await post.publish('work', ['1'], letter?.properties);
        expect(await consume()).toBe(1);
      }),
  );
});

/** The parts of a content header and the body, without the mark, and without the difference of no headers and none. */
function partsOf(message: string): string {
  const [header = '', ...body] = message.split(' ');
  const { flags, payload, start, end, entries } = parseHeader(headerFrame(1, Buffer.from(header, 'hex')));
  const kept = entries.filter(({ key }) => !['x-brokerform-redrive', 'x-delivery-count'].includes(key));
  return JSON.stringify([
    flags & ~0x2000,
    payload.subarray(14, start).toString('hex'),
    // 3.10 sorts the headers of a dead letter.
    kept.map(({ bytes }) => bytes.toString('hex')).sort(),
    payload.subarray(end).toString('hex'),
    body,
  ]);
}
