import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshVhost, sharedBroker } from './cli-project.ts';
import { Management } from './management.ts';

/** Milliseconds in the queue that a retry waits in. */
const PAUSE = 50;

/** What `dead-letter-cycle` and `delivery-limit-drops` say, as brokers do it. */
for (const line of ['old', 'current'] as const) {
  const broker = sharedBroker(line);
  describe.skipIf(broker.missing)(`retry loops on RabbitMQ ${broker.version}`, () => {
    const management = new Management(broker.management);
    let vhost: string;
    let client: ChannelModel;
    let channel: Channel;

    beforeEach(async () => {
      vhost = freshVhost();
      await management.put(['vhosts', vhost], {});
      client = await amqp.connect(`${broker.url}/${vhost}`);
      channel = await client.createChannel();
    });
    afterEach(async () => {
      await client.close();
      await management.delete('vhosts', vhost);
    });

    async function loop(work: object, publish: number): Promise<void> {
      const to = (queue: string) => ({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue });
      await channel.assertQueue('work', { arguments: { ...work, ...to('retry') } });
      await channel.assertQueue('retry', { arguments: { 'x-message-ttl': PAUSE, ...to('work') } });
      for (let i = 0; i < publish; i++) channel.sendToQueue('work', Buffer.from('x'));
    }

    /** How often the messages are delivered, up to `most` times, when each is given back so. */
    async function deliveries(queue: string, requeue: boolean, most: number): Promise<number> {
      let count = 0;
      for (let misses = 0; count < most && misses < 10; ) {
        const message = await channel.get(queue);
        if (message) {
          count++;
          misses = 0;
          // 4.3.6 does not count a basic.nack that requeues.
          channel.reject(message, requeue);
        } else {
          misses++;
          await sleep(PAUSE);
        }
      }
      return count;
    }

    test('what is rejected goes round', async () => {
      await loop({}, 1);
      expect(await deliveries('work', false, 4)).toBe(4);
    });

    test('what a full queue lets go is dropped when it comes back', async () => {
      await loop({ 'x-max-length': 1 }, 5);
      // Each comes back at once, if at all.
      await sleep(6 * PAUSE);
      expect(await deliveries('work', false, 2)).toBe(2);
      const { messageCount } = await channel.checkQueue('work');
      const { messageCount: waiting } = await channel.checkQueue('retry');
      expect(messageCount + waiting).toBe(1);
    });

    test('what exceeds a delivery limit is dropped when it comes back', async () => {
      await loop({ 'x-queue-type': 'quorum', 'x-delivery-limit': 1 }, 1);
      expect(await deliveries('work', true, 5)).toBe(2);
    });

    test('the delivery limit of a quorum queue without one, and a negative one', async () => {
      const quorum = { 'x-queue-type': 'quorum' };
      await channel.assertQueue('plain', { arguments: quorum });
      await channel.assertQueue('negative', { arguments: { ...quorum, 'x-delivery-limit': -1 } });
      for (const queue of ['plain', 'negative']) channel.sendToQueue(queue, Buffer.from('x'));
      const [unlimited, limited] = line === 'old' ? ['plain', 'negative'] : ['negative', 'plain'];
      expect(await deliveries(unlimited, true, 30)).toBe(30);
      expect(await deliveries(limited, true, 30)).toBe(line === 'old' ? 1 : 21);
    });
  });
}
