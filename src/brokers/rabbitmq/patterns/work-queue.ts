import { nameFor, namesKey, type PatternKind, textsOf } from '../../../model/index.ts';
import { deadLetters, deadLettersOf } from './dead-letters.ts';
import { bindingFrom, keysKey, sectionOf, vhostKey } from './keys.ts';
import { retriesOf, retriesOrLimits } from './retries.ts';

const MOST_MESSAGES = 1_000_000;

/** Each message is one worker's job. */
export const workQueue: PatternKind = {
  summary: 'An exchange, a quorum queue that workers share, retry queues, and a dead letter queue.',
  schema: {
    properties: {
      vhost: vhostKey,
      keys: keysKey('the name of the queue'),
      retries: retriesOrLimits,
      'dead-letters': deadLetters,
      'max-length': {
        description: `Maximum number of messages in the queue. At the limit, new messages are rejected. By default ${MOST_MESSAGES}.`,
        ...{ type: 'integer', minimum: 1, default: MOST_MESSAGES },
      },
      names: namesKey({
        exchange: 'The exchange. By default the name of the pattern.',
        queue: 'The queue that all workers share. By default the name of the pattern.',
        retry: 'Prefix of the retry exchanges and queues. By default email.retry for email.',
        'dead-letters': 'The exchange and the queue of dead letters. By default email.dead for email.',
      }),
    },
  },
  expand(pattern) {
    const { name, body } = pattern;
    const queue = nameFor(body, 'queue', name);
    const exchange = nameFor(body, 'exchange', name);
    const keys = body.keys === undefined ? [queue] : textsOf(body.keys);
    const dead = deadLettersOf(pattern);
    const retries = retriesOf(pattern, dead.exchange);
    return sectionOf(pattern, {
      exchanges: [[exchange, { type: 'topic' }], ...retries.exchanges, ...dead.exchanges],
      queues: [
        [
          queue,
          {
            type: 'quorum',
            // At the limit, publishers are refused: to drop the oldest message would lose a job silently.
            'max-length': body['max-length'] ?? MOST_MESSAGES,
            ...retries.fields,
            bindings: [bindingFrom(exchange, keys), ...retries.bindings],
          },
        ],
        ...retries.queues,
        ...dead.queues,
      ],
      bindings: retries.others,
    });
  },
};
