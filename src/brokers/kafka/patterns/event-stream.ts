import {
  deadLettersKeep,
  deadLettersKey,
  durationKey,
  KEEP_DEAD_LETTERS,
  nameFor,
  namesKey,
  type PatternKind,
  resourcesByName,
  retriesKey,
  retryNames,
  textOf,
  textsOf,
} from '../../../model/index.ts';
import { keptFor, longer, topicBody, topicKeys, topicName, twice } from './keys.ts';

const KEEP = '7d';

/** Everyone reads all events, at their own pace, while they are kept. */
export const eventStream: PatternKind = {
  summary: 'A topic that keeps events for a time, and topics for retries and dead letters.',
  schema: {
    properties: {
      keep: durationKey(`How long events are kept. By default ${KEEP}.`),
      retries: retriesKey(
        'One topic for each delay, such as order-events-retry-10s. A consumer that fails to process a record writes it to the next retry topic; the consumer of a retry topic waits until the record has that age.',
      ),
      'dead-letters': deadLettersKey(
        'The dead letter topic, order-events-dlq, which consumers write to; also created with retries. By default, dead letters are kept at least as long as events.',
      ),
      ...topicKeys,
      names: namesKey({
        topic: 'The topic. By default the name of the pattern.',
        retries: 'Prefix of the retry topics. By default order-events-retry for order-events.',
        'dead-letters':
          'The dead letter topic. By default order-events-dlq for order-events. Lint rules and route recognize names that end in -dlq, -dlt or -dead-letters.',
      }),
    },
  },
  expand(pattern) {
    const { body } = pattern;
    const name = topicName(pattern);
    const keep = textOf(body.keep) ?? KEEP;
    const delays = textsOf(body.retries);
    const suffixes = retryNames(delays);
    const prefix = nameFor(body, 'retries', `${name}-retry`);
    const keepDead = deadLettersKeep(body, delays.length > 0, longer(KEEP_DEAD_LETTERS, keep));
    const topics = [
      [name, keep],
      // A record must outlive its delay, and its consumers may be away for as long again.
      ...delays.map((delay, index) => [`${prefix}-${suffixes[index]}`, longer(keep, twice(delay))] as const),
      ...(keepDead === undefined ? [] : [[nameFor(body, 'dead-letters', `${name}-dlq`), keepDead] as const]),
    ] as const;
    const bodies = topics.map(([topic, time]) => [topic, topicBody(pattern, keptFor(time))] as const);
    return { topics: resourcesByName('topic', bodies) };
  },
};
