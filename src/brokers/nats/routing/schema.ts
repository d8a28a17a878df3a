import type { JsonObject } from '../../../model/index.ts';

const NAME = { type: 'string', minLength: 1, maxLength: 512 } as const;
const SUBJECT = { type: 'string', minLength: 1, maxLength: 4096 } as const;

function names(description: string): JsonObject {
  return { oneOf: [NAME, { type: 'array', items: NAME, uniqueItems: true, maxItems: 1000 }], description };
}

const EXPECTATIONS: Readonly<Record<string, JsonObject>> = {
  'stored-in': names(
    'Exactly the streams that keep the message, those that copy it included. Empty where none does. A bucket is KV_name, an object store OBJ_name.',
  ),
  'delivered-to': names('Exactly the consumers that receive it, as STREAM/consumer. Empty where none does.'),
  includes: names('Streams that keep it, and consumers that receive it, as STREAM/consumer, among others.'),
  never: names('Streams that do not keep it, and consumers that do not receive it, as STREAM/consumer.'),
  as: {
    type: 'object',
    minProperties: 1,
    maxProperties: 1000,
    additionalProperties: {
      oneOf: [SUBJECT, { type: 'array', items: SUBJECT, minItems: 1, maxItems: 100, uniqueItems: true }],
    },
    description: 'The subject, or the subjects of several copies, under which a stream keeps it, by stream.',
  },
};

export const testSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['publish'],
  properties: {
    publish: {
      type: 'object',
      additionalProperties: false,
      required: ['subject'],
      properties: {
        subject: {
          type: 'string',
          description: 'The subject of the message, without wildcards: orders.paid.',
        },
        headers: {
          type: 'object',
          maxProperties: 100,
          additionalProperties: { type: ['string', 'number', 'boolean'] },
          description: 'Headers, some of which servers refuse: Nats-Expected-Stream, Nats-Rollup, Nats-TTL.',
        },
      },
      description: 'The message.',
    },
    ...EXPECTATIONS,
  },
  anyOf: Object.keys(EXPECTATIONS).map((key) => ({ required: [key] })),
};
