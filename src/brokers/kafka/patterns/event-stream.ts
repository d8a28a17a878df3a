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
import { topicBody, topicKeys, topicName } from './keys.ts';
import { keptFor, longer, twice } from './retention.ts';

const KEEP = '7d';

/** Everyone reads all events, at their own pace, while they are kept. */
export const eventStream: PatternKind = {
  summary: 'A topic that keeps events for a time, and topics for retries and dead letters.',
  schema: {
    properties: {
      keep: durationKey(`How long events are kept. By default ${KEEP}.`),
      retries: retriesKey(
        'A topic each, as order-events-retry-10s: a consumer that fails writes the record to the next one, and whoever reads that waits until the record is so old.',
      ),
      'dead-letters': deadLettersKey(
        'A topic, order-events-dlq, which a consumer writes to. There is one with retries, too. They are not kept shorter than events by default.',
      ),
      ...topicKeys,
      names: namesKey({
        topic: 'The topic. By default the name of the pattern.',
        retries:
          'What the names of the retry topics begin with. By default order-events-retry for order-events.',
        'dead-letters':
          'The topic of dead letters. By default order-events-dlq for order-events; with an ending other than -dlq, -dlt or -dead-letters, lint rules and route do not know it.',
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
