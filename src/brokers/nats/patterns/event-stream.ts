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

/** Everyone reads all events, at their own pace, while they are kept. */
export const eventStream: PatternKind = {
  summary: 'A stream that keeps events for a time, and a durable consumer for each subscriber.',
  schema: {
    properties: {
      subjects: subjectsKey('all below its name: order-events.>'),
      keep: durationKey(`How long events are kept. By default ${KEEP}.`),
      subscribers: subscribersKey(
        'Each has a durable consumer of this name, which starts at the first event.',
      ),
      ...deliveryKeys,
      ...natsKeys,
      names: namesKey({
        stream: 'The stream. By default the name of the pattern.',
        'dead-letters': 'The stream of dead letters. By default order-events-dead for order-events.',
      }),
    },
  },
  expand(pattern) {
    const { name, body } = pattern;
    const stream: JsonObject = {
      description: `Event stream ${name}`,
      subjects: subjectsFor(pattern, '.>'),
      max_age: body.keep ?? KEEP,
    };
    return { streams: subscribedStream(pattern, stream) };
  },
};
