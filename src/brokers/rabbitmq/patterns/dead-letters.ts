import {
  deadLettersKeep,
  deadLettersKey,
  type JsonObject,
  nameFor,
  type Pattern,
} from '../../../model/index.ts';
import { NO_DELIVERY_LIMIT } from '../fields/queue.ts';
import { bindingFrom, type Entries } from './keys.ts';

/*
 * The place of dead letters: an exchange, and a queue that keeps them for a while.
 */

const MOST_MESSAGES = 1_000_000;

export const deadLetters: JsonObject = deadLettersKey(
  'A quorum queue and its exchange, to which other queues can be bound. Messages keep their headers; x-death lists the queues that they were in.',
);

export interface DeadLetters {
  /** The exchange that dead letters go to. */
  readonly exchange: string;
  readonly exchanges: Entries;
  readonly queues: Entries;
}

export function deadLettersOf({ name, body }: Pattern): DeadLetters {
  const queue = nameFor(body, 'dead-letters', `${name}.dead`);
  return {
    exchange: queue,
    exchanges: [[queue, { type: 'topic' }]],
    queues: [
      [
        queue,
        {
          type: 'quorum',
          'message-ttl': deadLettersKeep(body, true) ?? null,
          'max-length': MOST_MESSAGES,
          // Who looks at a dead letter and puts it back must not lose it.
          'delivery-limit': NO_DELIVERY_LIMIT,
          bindings: [bindingFrom(queue, ['#'])],
        },
      ],
    ],
  };
}
