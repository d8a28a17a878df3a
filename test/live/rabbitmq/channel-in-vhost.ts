import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { afterEach, beforeEach } from 'vitest';
import { type sharedBroker, vhostOfTest } from './cli-project.ts';
import { Management } from './management.ts';

export interface VhostOfTest {
  readonly management: Management;
  readonly name: string;
  readonly channel: Channel;
}

/** Before each test of the suite, a new vhost and a channel in it; both are gone after it. */
export function channelInVhost(broker: ReturnType<typeof sharedBroker>): VhostOfTest {
  const management = new Management(broker.management);
  const vhost = vhostOfTest(management);
  let client: ChannelModel | undefined;
  let channel: Channel | undefined;
  beforeEach(async () => {
    client = await amqp.connect(`${broker.url}/${vhost.name}`);
    channel = await client.createChannel();
  });
  afterEach(() => client?.close());
  return {
    management,
    get name() {
      return vhost.name;
    },
    get channel() {
      if (!channel) throw new Error('no test has begun');
      return channel;
    },
  };
}

/**
 * How often the messages of the queue are delivered, up to `most` times, when each delivery is rejected.
 * @param pause milliseconds between looks at an empty queue; ten of them are the end
 */
export async function deliveries(
  channel: Channel,
  queue: string,
  { requeue, most, pause }: { readonly requeue: boolean; readonly most: number; readonly pause: number },
): Promise<number> {
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
      await sleep(pause);
    }
  }
  return count;
}
