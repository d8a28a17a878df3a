import { nameFor, namesKey, type PatternKind, textsOf } from '../../../model/index.ts';
import { deadLetters, deadLettersOf } from './dead-letters.ts';
import { bindingFrom, keysKey, sectionOf, vhostKey } from './keys.ts';

const MOST_MESSAGES = 1_000_000;

/** Each message is one worker's job. */
export const workQueue: PatternKind = {
  summary: 'An exchange, a quorum queue that workers share, and a queue for what they give up.',
  schema: {
    properties: {
      vhost: vhostKey,
      keys: keysKey('the name of the queue'),
      'dead-letters': deadLetters,
      'max-length': {
        description: `Most messages in the queue. At the limit, new ones are refused. By default ${MOST_MESSAGES}.`,
        ...{ type: 'integer', minimum: 1, default: MOST_MESSAGES },
      },
      names: namesKey({
        exchange: 'The exchange. By default the name of the pattern.',
        queue: 'The queue that all workers share. By default the name of the pattern.',
        'dead-letters': 'The exchange and the queue of dead letters. By default email.dead for email.',
      }),
    },
  },
  expand(pattern) {
    const { name, body } = pattern;
    const queue = nameFor(body, 'queue', name);
    const exchange = nameFor(body, 'exchange', name);
    const keys = body.keys === undefined ? [queue] : textsOf(body.keys);
    const dead = deadLettersOf(pattern, [queue], true);
    return sectionOf(pattern, {
      exchanges: { [exchange]: { type: 'topic' }, ...dead?.exchanges },
      queues: {
        [queue]: {
          type: 'quorum',
          'max-length': body['max-length'] ?? MOST_MESSAGES,
          // Refuses what is published to a full queue: dropping the oldest message would lose a job silently.
          overflow: 'reject-publish',
          ...(dead && { 'dead-letter': { exchange: dead.exchange, 'routing-key': queue } }),
          bindings: [bindingFrom(exchange, keys)],
        },
        ...dead?.queues,
      },
    });
  },
};
