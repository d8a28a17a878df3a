import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { channelInVhost, deliveries } from './channel-in-vhost.ts';
import { sharedBroker } from './cli-project.ts';

/** Milliseconds in the queue that a retry waits in. */
const PAUSE = 50;

/** What `dead-letter-cycle` and `delivery-limit-drops` say, as brokers do it. */
for (const line of ['old', 'current'] as const) {
  const broker = sharedBroker(line);
  describe.skipIf(broker.missing)(`retry loops on RabbitMQ ${broker.version}`, () => {
    const vhost = channelInVhost(broker);

    async function loop(work: object, publish: number): Promise<void> {
      const to = (queue: string) => ({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue });
      await vhost.channel.assertQueue('work', { arguments: { ...work, ...to('retry') } });
      await vhost.channel.assertQueue('retry', { arguments: { 'x-message-ttl': PAUSE, ...to('work') } });
      for (let i = 0; i < publish; i++) vhost.channel.sendToQueue('work', Buffer.from('x'));
    }

    const count = (queue: string, requeue: boolean, most: number) =>
      deliveries(vhost.channel, queue, { requeue, most, pause: PAUSE });

    test('what is rejected goes round', async () => {
      await loop({}, 1);
      expect(await count('work', false, 4)).toBe(4);
    });

    test('what a full queue lets go is dropped when it comes back', async () => {
      await loop({ 'x-max-length': 1 }, 5);
      // Each comes back at once, if at all.
      await sleep(6 * PAUSE);
      expect(await count('work', false, 2)).toBe(2);
      // On its way between two queues, it is counted in neither.
      const held = () =>
        Promise.all(['work', 'retry'].map((queue) => vhost.channel.checkQueue(queue))).then((queues) =>
          queues.reduce((sum, { messageCount }) => sum + messageCount, 0),
        );
      await expect.poll(held).toBe(1);
    });

    test('what exceeds a delivery limit is dropped when it comes back', async () => {
      await loop({ 'x-queue-type': 'quorum', 'x-delivery-limit': 1 }, 1);
      expect(await count('work', true, 5)).toBe(2);
    });

    test('the delivery limit of a quorum queue without one, and a negative one', async () => {
      const quorum = { 'x-queue-type': 'quorum' };
      await vhost.channel.assertQueue('plain', { arguments: quorum });
      await vhost.channel.assertQueue('negative', { arguments: { ...quorum, 'x-delivery-limit': -1 } });
      for (const queue of ['plain', 'negative']) vhost.channel.sendToQueue(queue, Buffer.from('x'));
      const [unlimited, limited] = line === 'old' ? ['plain', 'negative'] : ['negative', 'plain'];
      expect(await count(unlimited, true, 30)).toBe(30);
      expect(await count(limited, true, 30)).toBe(line === 'old' ? 1 : 21);
    });
  });
}
