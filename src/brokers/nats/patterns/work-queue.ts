import { durationKey, type JsonObject, nameFor, namesKey, type PatternKind } from '../../../model/index.ts';
import { deliveryKeys, deliveryOf, withDeadLetters } from './delivery.ts';
import { natsKeys, streamBasics, subjectsFor, subjectsKey } from './keys.ts';

const MOST_MESSAGES = 1_000_000;

/** Each message is one worker's job. */
export const workQueue: PatternKind = {
  summary: 'A work-queue stream, a consumer that its workers share, and a stream of dead letters.',
  schema: {
    properties: {
      subjects: subjectsKey('its name, and all below it: email and email.>'),
      ...deliveryKeys,
      keep: durationKey(
        'Maximum age of a message in the queue, including dead letters. By default unlimited.',
      ),
      'max-length': {
        description: `Maximum number of messages in the queue, including dead letters. At the limit, new messages are rejected. By default ${MOST_MESSAGES}.`,
        ...{ type: 'integer', minimum: 1, default: MOST_MESSAGES },
      },
      ...natsKeys,
      names: namesKey({
        stream: 'The stream. By default the name of the pattern.',
        consumer: 'The consumer that all workers share. By default workers.',
        'dead-letters': 'The stream of dead letters. By default email-dead for email.',
      }),
    },
  },
  expand(pattern) {
    const { name, body } = pattern;
    const consumer = nameFor(body, 'consumer', 'workers');
    const stream: JsonObject = {
      description: `Work queue ${name}`,
      subjects: subjectsFor(pattern, '', '.>'),
      retention: 'workqueue',
      // Refuses what is published to a full queue: deleting the oldest message would lose a job silently.
      discard: 'new',
      max_msgs: body['max-length'] ?? MOST_MESSAGES,
      ...(body.keep !== undefined && { max_age: body.keep }),
      ...streamBasics(body),
      consumers: { [consumer]: deliveryOf(pattern, false) },
    };
    return { streams: withDeadLetters(pattern, stream, [consumer], true) };
  },
};
