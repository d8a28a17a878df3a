import {
  deadLettersKeep,
  deadLettersKey,
  durationKey,
  type JsonObject,
  type Pattern,
  parseDuration,
  resourcesByName,
  retriesKey,
  textOf,
  textsOf,
  toBigInt,
} from '../../../model/index.ts';
import { deadStreamNameFor, streamBasics, streamNameFor } from './keys.ts';

/*
 * Tries of a consumer, and the stream for what it gives up. A server has no dead-letter queue: it leaves the message in
 * its stream, delivers it no more, and publishes an advisory that names its sequence, once.
 */

/** Keys of a pattern whose consumers retry. */
export const deliveryKeys: JsonObject = {
  retries: retriesKey(
    'A delay starts at delivery, so the first one is also the time that a worker has for a message, unless ack-wait is longer. After a negative acknowledgement without a delay, the message is redelivered immediately.',
  ),
  'ack-wait': durationKey(
    'How long the server waits for an acknowledgement before it redelivers a message. By default 30s. Shorter delays of retries are raised to it.',
  ),
  'dead-letters': deadLettersKey(
    'A stream of advisories, which contain the stream sequence of each message; the message stays in its stream. A work queue deletes a message that a worker terminates.',
  ),
};

/**
 * Fields of a consumer that gives a message up after its tries: one more than retries.
 * @param isEndless whether it tries for ever where neither retries nor dead letters are declared
 */
export function deliveryOf({ body }: Pattern, isEndless: boolean): JsonObject {
  const ackWait = textOf(body['ack-wait']);
  const wait = ackWait !== undefined && { ack_wait: ackWait };
  const retries = textsOf(body.retries);
  if (retries.length > 0) {
    return {
      ack_policy: 'explicit',
      // Servers take backoff in the place of ack_wait. Those before 2.10 want max_deliver to be larger than it is long.
      backoff: retries.map((delay) => longerOf(delay, ackWait)),
      max_deliver: retries.length + 1,
    };
  }
  if (isEndless) return { ack_policy: 'explicit', ...wait };
  return { ack_policy: 'explicit', ...wait, max_deliver: 1 };
}

/** A stream of a pattern, and that of the dead letters of these consumers, unless the pattern keeps none. */
export function withDeadLetters(
  pattern: Pattern,
  stream: JsonObject,
  consumers: readonly string[],
  isDefault: boolean,
): JsonObject {
  const { name, body } = pattern;
  const own = streamNameFor(pattern);
  const keep = consumers.length > 0 ? deadLettersKeep(body, isDefault) : undefined;
  if (keep === undefined) return { [own]: stream };
  const advisories = consumers.flatMap((consumer) =>
    ADVISORIES.map((type) => `$JS.EVENT.ADVISORY.CONSUMER.${type}.${own}.${consumer}`),
  );
  const dead: JsonObject = {
    description: `Advisories on the messages that ${name} gave up`,
    subjects: advisories,
    max_age: keep,
    ...(body.replicas !== undefined && { num_replicas: body.replicas }),
  };
  return resourcesByName('stream', [
    [own, stream],
    [deadStreamNameFor(pattern), dead],
  ]);
}

const ADVISORIES = ['MAX_DELIVERIES', 'MSG_TERMINATED'];

function longerOf(delay: string, least: string | undefined): string {
  if (least === undefined) return delay;
  const [one, other] = [delay, least].map((text) => {
    const parsed = parseDuration(text, 'ns');
    return 'value' in parsed ? (toBigInt(parsed.value) ?? 0n) : 0n;
  });
  return (one ?? 0n) < (other ?? 0n) ? least : delay;
}

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
