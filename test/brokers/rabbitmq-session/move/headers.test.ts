import amqp from 'amqplib';
import { describe, expect, test } from 'vitest';
import { brokerOf, LINES, open, send } from '../live.ts';
import { HEADERS, rawMessages } from '../raw-messages.ts';
import { CHANGES, Shop } from './queues.ts';

describe.concurrent.each(LINES)('RabbitMQ %s: a moved message stays what it was', (line) => {
  const broker = brokerOf(line);

  test.skipIf(!broker).for(Object.keys(CHANGES))(
    '%s: properties, headers and body, byte by byte',
    async (change, { onTestFinished }) => {
      const known = CHANGES[change];
      if (!broker || !known) throw new Error('no broker');
      const shop = new Shop(broker, known);
      onTestFinished(() => void shop.close());
      await shop.open();
      const connection = await amqp.connect(shop.url);
      const channel = await connection.createConfirmChannel();
      // The witness gets the same messages, and is not moved.
      await channel.assertQueue('witness', { durable: true, arguments: known.to });
      await channel.bindQueue('witness', 'events', '#');
      const messages: [string, amqp.Options.Publish, Buffer][] = [
        ...Object.entries(HEADERS).map(([name, value]): [string, amqp.Options.Publish, Buffer] => [
          `p0.${name}`,
          { headers: { [name]: value } },
          Buffer.from(name),
        ]),
        [
          'p0.all',
          { headers: HEADERS, contentType: 'a', contentEncoding: 'b', persistent: true },
          Buffer.alloc(0),
        ],
        ['p0.none', {}, Buffer.alloc(300_000, 206)],
        [
          'p0.properties',
          {
            ...{ priority: 2, correlationId: 'c', replyTo: 'r', expiration: '3600000', messageId: 'm' },
            ...{ timestamp: 2 ** 40, type: 't', userId: 'guest', appId: 'a', mandatory: true },
          },
          Buffer.from([206, 0, 206]),
        ],
        ['p0.copied', { CC: ['p1.x', 'p0.y'], BCC: ['p1.z'] } as amqp.Options.Publish, Buffer.from('copies')],
      ];
      for (const [key, properties, body] of messages) channel.publish('events', key, body, properties);
      await channel.waitForConfirms();
      await connection.close();
      const session = await open(line);
      expect(await send(session, [shop.calls()])).toMatchObject([{ status: 'done' }]);
      await session.close();
      const [moved, seen] = [
        await rawMessages(shop, 'orders', messages.length),
        await rawMessages(shop, 'witness', messages.length),
      ];
      expect(seen).toHaveLength(messages.length);
      expect(moved).toEqual(seen);
      const amount = await amqp.connect(shop.url);
      const { messageCount } = await (await amount.createChannel()).checkQueue('orders');
      await amount.close();
      expect(messageCount).toBe(0);
    },
  );
});
