import type { Json, JsonObject } from '../../../model/index.ts';
import { type BucketShape, keyValue, objectStore } from '../kinds/bucket/shapes.ts';
import { consumerFields } from './consumer.ts';
import type { Field, Fields, FieldType } from './field.ts';
import { streamFields } from './stream.ts';

/*
 * The schema of the `nats` section, made from the field tables: types, documentation and the line that brought each
 * field are written down once.
 */

const QUANTITY = { type: ['integer', 'string'] };

const TYPES: Readonly<Record<FieldType, JsonObject>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  size: QUANTITY,
  duration: QUANTITY,
  durations: { type: 'array', items: QUANTITY },
  text: { type: 'string' },
  time: { type: 'string' },
  choice: {},
  list: { type: ['string', 'array'], items: { type: 'string' } },
  table: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  object: { type: 'object' },
  objects: { type: 'array' },
};

const UNITS: Readonly<Partial<Record<FieldType, string>>> = {
  duration: 'A duration such as 500ms, 7d or 1d12h; a plain number is nanoseconds.',
  durations: 'Durations such as 500ms or 1m; plain numbers are nanoseconds.',
  size: 'A size such as 64KiB, 1GiB or 10MB; a plain number is bytes.',
};

function propertyOf(field: Field): JsonObject {
  const { type, since, choices, parts, minimum, maximum } = field;
  const text = [field.doc, UNITS[type], since && `Needs NATS ${since}.`, newChoices(field)].filter(Boolean);
  return {
    description: text.join(' '),
    ...TYPES[type],
    ...(choices && { enum: Object.keys(choices) }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(parts && type === 'object' && tableOf(parts, field.required)),
    ...(parts && type === 'objects' && { items: { type: 'object', ...tableOf(parts, field.required) } }),
    ...defaultOf(field),
  };
}

function newChoices({ choices = {} }: Field): string {
  return Object.entries(choices)
    .flatMap(([value, since]) => (since ? [`${value} needs NATS ${since}.`] : []))
    .join(' ');
}

function defaultOf(field: Field): JsonObject {
  const isPlain = field.default !== null && typeof field.default !== 'object' && field.type !== 'duration';
  return isPlain ? { default: field.default } : {};
}

function tableOf(fields: Fields, required?: readonly string[]): JsonObject {
  return {
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, propertyOf(field)])),
    ...(required && { required: [...required] }),
  };
}

function bodyOf(
  description: string,
  fields: Fields,
  others: Readonly<Record<string, Json>> = {},
): JsonObject {
  const { properties, ...rest } = tableOf(fields);
  return {
    description,
    type: ['object', 'null'],
    ...rest,
    properties: { ...(properties as JsonObject), ...others },
  };
}

function namedBodies(description: string, kind: string): JsonObject {
  return {
    description,
    type: ['object', 'null'],
    additionalProperties: { $ref: `#/$defs/${kind}` },
  };
}

const consumers = namedBodies('Durable consumers by name.', 'consumer');

function bucketBody(description: string, shape: BucketShape): JsonObject {
  return bodyOf(description, shape.keys, { consumers });
}

/** JSON Schema (draft-07). */
export const schema: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'NATS JetStream topology',
  description: 'What the JetStream account should have.',
  type: 'object',
  additionalProperties: false,
  properties: {
    streams: namedBodies('Streams by name.', 'stream'),
    'key-value': namedBodies('Key-value buckets by name, without the KV_ of their streams.', 'key-value'),
    'object-store': namedBodies('Object stores by name, without the OBJ_ of their streams.', 'object-store'),
  },
  $defs: {
    stream: bodyOf('A stream. What is left out has its default.', streamFields, { consumers }),
    consumer: bodyOf('A durable consumer. What is left out has its default.', consumerFields),
    'key-value': bucketBody('A key-value bucket.', keyValue),
    'object-store': bucketBody('An object store.', objectStore),
  },
};
