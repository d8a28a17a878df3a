import type { Json } from '../../../model/index.ts';
import { includes } from '../version.ts';
import { type Argument, availability, QUEUE_TYPES, type QueueType, type Refusal } from './argument.ts';
import {
  bodyOf,
  type Fields,
  problemOf,
  propertiesOf,
  propertyOf,
  rawArgumentsSchema,
  type Unit,
  withoutType,
} from './field.ts';
import { queueArguments } from './queue-arguments.ts';

/** Fields of a queue beside its arguments. */
export const queueFields = {
  type: {
    schema: { anyOf: [{ enum: QUEUE_TYPES }, { type: 'string' }] },
    doc: "The queue type. Left out: the vhost's default queue type, else classic. Fixed once declared.",
  },
  durable: {
    type: 'boolean',
    default: true,
    doc: 'Whether the queue survives a broker restart. True by default; quorum queues and streams are always durable.',
  },
  'auto-delete': {
    type: 'boolean',
    default: false,
    doc: 'Whether the queue is deleted when its last consumer unsubscribes. (classic)',
  },
} as const satisfies Fields;

/**
 * A delivery limit that is as good as none, on every version: quorum queues have one of 20 from 4.0, and a negative one,
 * which means none there, is one of 0 before.
 */
export const NO_DELIVERY_LIMIT = 1_000_000;

export const QUEUE_ARGUMENTS: ReadonlyMap<string, Argument> = new Map(Object.entries(queueArguments));

/** The row of an argument, named with its `x-` or without. */
function argumentOf(name: string): Argument | undefined {
  return QUEUE_ARGUMENTS.get(name.replace(/^x-/, ''));
}

/** The unit of a queue argument, named with its `x-` or without, or of the policy key of the same name. */
export function unitOf(name: string): Unit | undefined {
  return argumentOf(name)?.unit;
}

/** The types that take an argument, given with its `x-`, on a broker of this version. */
export function typesTaking(argument: string, version: string): QueueType[] {
  const types = argumentOf(argument)?.types ?? {};
  return QUEUE_TYPES.filter((type) => types[type] && includes(types[type], { version }));
}

/** Every argument that some type takes on a broker of this version, with its `x-`. */
export function knownArguments(version: string): string[] {
  const names = Array.from(QUEUE_ARGUMENTS.keys(), (name) => `x-${name}`);
  return ['x-queue-type', ...names.filter((name) => typesTaking(name, version).length > 0)];
}

/** Why the broker refuses this value of an argument or a policy key, named without `x-`. */
export function valueProblem(where: Refusal['in'], name: string, value: Json): string | undefined {
  const row = QUEUE_ARGUMENTS.get(name);
  const accepted = (where === 'policy' ? row?.policy?.accepted : undefined) ?? row?.accepted;
  if (accepted === 'anything') return undefined;
  return row && problemOf({ doc: '', ...(accepted ?? row) }, withoutType(value));
}

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
