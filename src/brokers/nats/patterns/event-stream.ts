import {
  durationKey,
  type JsonObject,
  namesKey,
  type PatternKind,
  subscribersKey,
  textsOf,
} from '../../../model/index.ts';
import { deliveryKeys, deliveryOf, withDeadLetters } from './delivery.ts';
import { natsKeys, streamBasics, subjectsKey } from './keys.ts';
import { subjectsFor } from './names.ts';

const KEEP = '7d';

/** Everyone reads all events, at their own pace, while they are kept. */
export const eventStream: PatternKind = {
  summary: 'A stream that keeps events for a time, and a durable consumer for each subscriber.',
  schema: {
    properties: {
      subjects: subjectsKey('all below its name: order-events.>'),
      keep: durationKey(`How long events are kept. By default ${KEEP}.`),
      subscribers: subscribersKey(
        'Each has a durable consumer of this name, which begins at the first event.',
      ),
      ...deliveryKeys,
      ...natsKeys,
      names: namesKey({
        stream: 'The stream. By default the name of the pattern.',
        'dead-letters': 'The stream of what was given up. By default order-events-dead for order-events.',
      }),
    },
  },
  expand(pattern) {
    const { name, body } = pattern;
    const subscribers = textsOf(body.subscribers);
    const givesUp = body.retries !== undefined || body['dead-letters'] !== undefined;
    const stream: JsonObject = {
      description: `Event stream ${name}`,
      subjects: subjectsFor(pattern, '.>'),
      max_age: body.keep ?? KEEP,
      ...streamBasics(body),
      ...consumersFor(subscribers, () => deliveryOf(pattern, !givesUp)),
    };
    return { streams: withDeadLetters(pattern, stream, subscribers, givesUp) };
  },
};

/** A consumer for each subscriber; no key where there are none. */
export function consumersFor(subscribers: readonly string[], body: () => JsonObject): JsonObject {
  if (subscribers.length === 0) return {};
  return { consumers: Object.fromEntries(subscribers.map((subscriber) => [subscriber, body()])) };
}
