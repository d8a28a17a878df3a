import { BrokerError, ConnectionError, type Failure } from '../../../model/index.ts';
import type { QueueDelete } from '../calls.ts';
import type { QueueCounts } from '../kinds/parts.ts';
import { AmqpRefusal } from './amqp-errors.ts';
import { type Counting, countMessages, type QueueRef } from './metrics.ts';

/**
 * Looks whether queues that may only be deleted when empty still are. The broker's own `if-empty` does not serve
 * alone (seen on 3.10 and 4.3): classic queues count only ready messages, quorum queues refuse the flag, streams
 * ignore it. What is published between looking and deleting is lost all the same; only the flag of classic queues
 * closes that gap.
 */
export class Guard {
  readonly #deletes: readonly { body: QueueDelete }[];
  readonly #counting: Counting;
  /** One look at all of them, when the first is to go: a list instead of a request each. */
  #looked: Promise<Map<string, QueueCounts>> | undefined;

  constructor(deletes: readonly { body: QueueDelete }[], counting: Counting) {
    this.#deletes = deletes;
    this.#counting = counting;
  }

  /** Why this queue may not be deleted now; undefined when it is empty, or gone. */
  async refuse(queue: QueueDelete): Promise<Failure | undefined> {
    try {
      this.#looked ??= this.#look();
      const count = (await this.#looked).get(keyOf(queue));
      if (!count) return undefined;
      const { ready, unacknowledged } = count;
      if (ready === undefined || unacknowledged === undefined) {
        return refusal(
          'nobody knows whether it is empty',
          'wait a few seconds for its statistics, and try again',
        );
      }
      if (ready + unacknowledged > 0) return holds(ready + unacknowledged);
      const now = await this.#readyNow(queue);
      return now ? holds(now) : undefined;
    } catch (error) {
      if (error instanceof BrokerError) return { ...error.failure, op: 'queue.delete' };
      if (error instanceof ConnectionError)
        return refusal(`nobody knows whether it is empty: ${error.message}`);
      throw error;
    }
  }

  async #look(): Promise<Map<string, QueueCounts>> {
    const queues = this.#deletes.map(({ body: { vhost, name, type } }): QueueRef => ({ vhost, name, type }));
    const counts = await countMessages(queues, this.#counting);
    return new Map([...counts].map(([queue, count]) => [keyOf(queue), count]));
  }

  /** The second look, just before. Classic queues have the broker's flag instead. */
  async #readyNow({ vhost, name, type }: QueueDelete): Promise<number> {
    const { links } = this.#counting;
    if (type === 'classic' || !links) return 0;
    try {
      return (await links.call(vhost, (channel) => channel.checkQueue(name))).messageCount;
    } catch (error) {
      // Gone, or not reachable by AMQP: the first look stands.
      if (error instanceof AmqpRefusal || error instanceof ConnectionError) return 0;
      throw error;
    }
  }
}

function keyOf({ vhost, name }: { vhost: string; name: string }): string {
  return JSON.stringify([vhost, name]);
}

function holds(messages: number): Failure {
  const what = messages === 1 ? '1 message' : `${messages} messages`;
  return refusal(`it holds ${what} by now`, 'drain it, or allow the destructive change');
}

function refusal(message: string, hint?: string): Failure {
  return { op: 'queue.delete', message, ...(hint ? { hint } : {}) };
}
