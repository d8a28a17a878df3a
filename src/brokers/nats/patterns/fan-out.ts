import {
  durationKey,
  type JsonObject,
  namesKey,
  type PatternKind,
  subscribersKey,
} from '../../../model/index.ts';
import { deliveryKeys, subscribedStream } from './delivery.ts';
import { natsKeys, subjectsFor, subjectsKey } from './keys.ts';

const KEEP = '7d';

/**
 * Every subscriber gets every message. With `retention: interest` a message goes once all of them acknowledged it, as
 * from queues of their own; with limits, one that is added later would get all that is kept.
 */
export const fanOut: PatternKind = {
  summary:
    'A stream that keeps each message until all subscribers have acknowledged it, and a consumer for each of them.',
  schema: {
    properties: {
      subjects: subjectsKey('its name, and all below it: price-changes and price-changes.>'),
      subscribers: subscribersKey('Each has a durable consumer of this name.'),
      keep: durationKey(
        `How long a message waits for a subscriber before it is deleted. By default ${KEEP}.`,
      ),
      ...deliveryKeys,
      ...natsKeys,
      names: namesKey({
        stream: 'The stream. By default the name of the pattern.',
        'dead-letters': 'The stream of dead letters. By default price-changes-dead for price-changes.',
      }),
    },
    required: ['subscribers'],
  },
  expand(pattern) {
    const { name, body } = pattern;
    const stream: JsonObject = {
      description: `Fan-out ${name}`,
      subjects: subjectsFor(pattern, '', '.>'),
      retention: 'interest',
      max_age: body.keep ?? KEEP,
    };
    return { streams: subscribedStream(pattern, stream) };
  },
};
