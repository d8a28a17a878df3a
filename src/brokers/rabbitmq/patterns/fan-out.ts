import {
  type JsonObject,
  nameFor,
  namesKey,
  type PatternKind,
  subscribersKey,
  textsOf,
} from '../../../model/index.ts';
import { NO_DELIVERY_LIMIT } from '../fields/queue.ts';
import { deadLetters, deadLettersOf } from './dead-letters.ts';
import { sectionOf, vhostKey } from './keys.ts';

const MOST_MESSAGES = 100_000;

/** Each subscriber gets each message. */
export const fanOut: PatternKind = {
  summary: 'A fanout exchange, and a queue for each subscriber, which gets a copy of every message.',
  schema: {
    required: ['subscribers'],
    properties: {
      vhost: vhostKey,
      subscribers: subscribersKey('Each has a queue: price-changes.cache for cache of price-changes.'),
      'max-length': {
        description: `Maximum number of messages that wait for one subscriber; beyond it, the oldest are dropped. By default ${MOST_MESSAGES}.`,
        ...{ type: 'integer', minimum: 1, default: MOST_MESSAGES },
      },
      'dead-letters': deadLetters,
      names: namesKey({
        exchange: 'The exchange. By default the name of the pattern.',
        'dead-letters': 'The exchange and the queue of dead letters. By default price-changes.dead.',
      }),
    },
  },
  expand(pattern) {
    const { name, body } = pattern;
    const exchange = nameFor(body, 'exchange', name);
    const subscribers = textsOf(body.subscribers).map((subscriber) => `${name}.${subscriber}`);
    // Whose a dead letter was is its routing key.
    const dead = body['dead-letters'] === undefined ? undefined : deadLettersOf(pattern);
    const queues = subscribers.map((queue): [string, JsonObject] => [
      queue,
      {
        type: 'quorum',
        // One subscriber that is behind must not keep the others from getting more.
        'max-length': body['max-length'] ?? MOST_MESSAGES,
        overflow: 'drop-head',
        ...(dead
          ? { 'dead-letter': { exchange: dead.exchange, 'routing-key': queue } }
          : { 'delivery-limit': NO_DELIVERY_LIMIT }),
        bindings: [{ from: exchange }],
      },
    ]);
    return sectionOf(pattern, {
      exchanges: [[exchange, { type: 'fanout' }], ...(dead?.exchanges ?? [])],
      queues: [...queues, ...(dead?.queues ?? [])],
    });
  },
};
