import type { Json } from '../../../model/index.ts';
import { type Argument, availability } from './argument.ts';
import { bodyOf, type Fields, propertiesOf, propertyOf, rawArgumentsSchema } from './field.ts';
import { QUEUE_ARGUMENTS } from './queue.ts';

/** As many as the broker's own tool takes (`max_super_stream_partitions`). */
const MAX_PARTITIONS = 1000;

const superStreamFields = {
  partitions: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_PARTITIONS,
    doc: 'The number of partitions: streams `<name>-0`, `<name>-1` and so on, bound with the keys `0`, `1` and so on.',
  },
  'binding-keys': {
    type: 'array',
    schema: {
      items: { type: 'string', minLength: 1 },
      minItems: 1,
      maxItems: MAX_PARTITIONS,
      uniqueItems: true,
    },
    doc: 'In place of a number: a partition for each key, in this order. The stream is `<name>-<key>`.',
  },
} as const satisfies Fields;

/** The arguments that streams take, by key. */
export const STREAM_ARGUMENTS: ReadonlyMap<string, Argument> = new Map(
  Array.from(QUEUE_ARGUMENTS).filter(([, { types, raw }]) => types.stream !== undefined && !raw),
);

export const LEADER_LOCATOR = 'queue-leader-locator';

/** Where `rabbitmq-streams add_super_stream` starts the leaders from 4.0 on, so that they are not all on one node. */
export const USUAL_LOCATOR = 'balanced';

export const superStreamSchema = bodyOf(
  'A super stream: an exchange, and a stream for each partition, as `rabbitmq-streams add_super_stream` makes them. Other keys are of its streams.',
  {
    ...propertiesOf(superStreamFields),
    ...Object.fromEntries(Array.from(STREAM_ARGUMENTS, ([key, row]) => [key, propertyFor(key, row)])),
    arguments: rawArgumentsSchema,
  },
);

function propertyFor(key: string, row: Argument) {
  const since = row.types.stream?.from;
  const doc =
    since === undefined ? row.doc : `${row.doc} (${availability({ types: { stream: { from: since } } })})`;
  if (key !== LEADER_LOCATOR || !row.choices) return propertyOf({ ...row, doc });
  const words: Json[] = [...row.choices, null];
  const property = propertyOf({
    ...row,
    doc: `${doc} null leaves it to the broker.`,
    default: USUAL_LOCATOR,
  });
  return { ...property, enum: words };
}
