import { setTimeout as sleep } from 'node:timers/promises';
import type { AmqpLinks } from '../amqp.ts';

/**
 * Milliseconds. Asked for its count, a quorum queue that is busy answers 0 after 250 ms (seen on 3.10.8 with 100,000 messages
 * just published): a zero that took this long is asked for again.
 */
const DOUBTFUL = 200;
const PAUSE = 250;
const TRIES = 40;

/**
 * Messages of a queue that are ready, and its consumers.
 * @throws AmqpRefusal where it does not exist, ConnectionError
 */
export async function readyIn(
  links: AmqpLinks,
  vhost: string,
  name: string,
): Promise<{ readonly messages: number; readonly consumers: number }> {
  for (let tries = 1; ; tries++) {
    const began = Date.now();
    const answer = await links.call(vhost, (channel) => channel.checkQueue(name));
    const { messageCount: messages, consumerCount: consumers } = answer;
    if (messages > 0 || Date.now() - began < DOUBTFUL || tries === TRIES) return { messages, consumers };
    await sleep(PAUSE);
  }
}
