import { type JsonObject, type Pattern, textsOf } from '../../../model/index.ts';
import { deliveryOf, withDeadLetters } from './delivery.ts';
import { streamBasics } from './keys.ts';

/** A stream with a consumer for each subscriber, and that of what they give up, where the pattern says that they do. */
export function subscribedStream(pattern: Pattern, stream: JsonObject): JsonObject {
  const { body } = pattern;
  const subscribers = textsOf(body.subscribers);
  const givesUp = body.retries !== undefined || body['dead-letters'] !== undefined;
  const whole = {
    ...stream,
    ...streamBasics(body),
    ...consumersFor(subscribers, () => deliveryOf(pattern, !givesUp)),
  };
  return withDeadLetters(pattern, whole, subscribers, givesUp);
}

/** A consumer for each subscriber; no key where there are none. */
export function consumersFor(subscribers: readonly string[], body: () => JsonObject): JsonObject {
  if (subscribers.length === 0) return {};
  return { consumers: Object.fromEntries(subscribers.map((subscriber) => [subscriber, body()])) };
}
