import {
  isObject,
  type Json,
  type JsonObject,
  nameFor,
  type Pattern,
  retriesKey,
  textsOf,
} from '../../../model/index.ts';
import { bindingFrom, type Entries } from './keys.ts';

/*
 * Retries with growing delays, for a consumer that only rejects what it could not do (basic.reject or basic.nack with
 * requeue=false). A delay is a quorum queue without consumers whose messages expire.
 *
 * A queue dead-letters to one exchange, whatever became of a message before, and no header that exchanges can match
 * tells one rejection from another: all that a message brings along is its routing key. So each delay returns it with a
 * routing key of its own, and the next rejection goes by that key:
 *
 *     email ─rejected→ email.retry → email.retry-again ─(any other key)→ email.retry-first → email.retry-1 ─1s→ back
 *                                    └─(email.retry-1)→ email.retry-next ─(email.retry-1)→ email.retry-2 ─10s→ back
 *                                                                      └─(email.retry-2, the last)→ email.dead
 *
 * Delays are numbered, and the last one has no binding: when delays are added or change, no binding of before is left
 * that would make a second copy.
 *
 * The routing key that it was published with is in `x-death`, in the entry of the queue that it was rejected by.
 */

const inQueue = {
  min: 'Delay after the first failure; each further delay is longer by this amount.',
  max: 'Maximum delay. By default unlimited.',
};

const list = retriesKey(
  'Consumers reject without requeue; the message returns with the name of its last delay as routing key. Or { min, max, tries }, for RabbitMQ 4.3 and newer: when a consumer calls basic.reject with requeue=true, the queue delays redelivery by min after the first failure, by twice that after the second, up to max; the routing key stays the same.',
);

export const retriesOrLimits: JsonObject = {
  ...list,
  type: ['array', 'object'],
  additionalProperties: false,
  required: ['min', 'tries'],
  properties: {
    min: { ...(list.items as JsonObject), description: inQueue.min },
    max: { ...(list.items as JsonObject), description: inQueue.max },
    tries: {
      type: 'integer',
      minimum: 2,
      maximum: 1000,
      description: 'Number of deliveries after which a message is dead-lettered.',
    },
  },
};

export interface Retries {
  /** Fields of the work queue, among them where it dead-letters to. */
  readonly fields: JsonObject;
  readonly exchanges: Entries;
  readonly queues: Entries;
  /** Bindings of the queue that messages come back by. */
  readonly bindings: readonly JsonObject[];
  /** Bindings of exchanges. */
  readonly others: readonly JsonObject[];
}

/** How the work queue retries. @param deadLetters the exchange for what failed for the last time */
export function retriesOf(pattern: Pattern, deadLetters: string): Retries {
  const { retries } = pattern.body;
  const none = { exchanges: [], queues: [], bindings: [], others: [] };
  if (isObject(retries)) return { ...none, fields: { ...safely(deadLetters), ...delaysInQueue(retries) } };
  const delays = textsOf(retries);
  return delays.length === 0
    ? { ...none, fields: safely(deadLetters) }
    : ringOf(pattern, delays, deadLetters);
}

/** A message is kept until it is safe where it goes: by default, one that comes back to a full queue is dropped. */
function safely(exchange: string, key?: string): JsonObject {
  return {
    overflow: 'reject-publish',
    'dead-letter': { exchange, ...(key !== undefined && { 'routing-key': key }), strategy: 'at-least-once' },
  };
}

/** https://www.rabbitmq.com/docs/quorum-queues#delayed-retry */
function delaysInQueue({ min = null, max, tries }: JsonObject): JsonObject {
  return {
    'delayed-retry-type': 'all',
    'delayed-retry-min': min,
    ...(max !== undefined && { 'delayed-retry-max': max }),
    'delivery-limit': Number(tries) - 1,
  };
}

function ringOf({ name, body }: Pattern, delays: readonly string[], deadLetters: string): Retries {
  const retry = nameFor(body, 'retry', `${name}.retry`);
  const part = (role: string) => `${retry}-${role}`;
  const [again, first, next, back] = [part('again'), part('first'), part('next'), part('back')];
  const waits = delays.map((_, i) => `${retry}-${i + 1}`);
  const queues = waits.map((wait, i): [string, Json] => {
    const before = waits[i - 1];
    const from = before === undefined ? { from: first } : bindingFrom(next, [before]);
    return [
      wait,
      { type: 'quorum', 'message-ttl': delays[i] ?? '', ...safely(back, wait), bindings: [from] },
    ];
  });
  return {
    fields: safely(retry),
    exchanges: [
      [retry, { type: 'headers', 'alternate-exchange': again }],
      [again, { type: 'direct', 'alternate-exchange': first }],
      [first, { type: 'fanout' }],
      [next, { type: 'direct', 'alternate-exchange': deadLetters }],
      [back, { type: 'fanout' }],
    ],
    queues,
    bindings: [{ from: back }],
    others: [
      // What takes consumers down is not retried: it would be dropped when it comes back, as nobody rejected it.
      {
        from: retry,
        'to-exchange': deadLetters,
        'x-match': 'all-with-x',
        arguments: { 'x-last-death-reason': 'delivery_limit' },
      },
      { ...bindingFrom(again, waits), 'to-exchange': next },
    ],
  };
}
