import type { JsonObject } from '../../../model/index.ts';

/*
 * Parts of the JSON Schema of a section. The properties come from the field tables.
 */

interface Shape {
  readonly required?: readonly string[];
  /** It may be left empty: all of it has defaults. */
  readonly mayBeEmpty?: true;
}

export function bodyOf(
  description: string,
  properties: JsonObject,
  { required, mayBeEmpty }: Shape = {},
): JsonObject {
  return {
    description,
    type: mayBeEmpty ? ['object', 'null'] : 'object',
    properties,
    ...(required && { required }),
    additionalProperties: false,
  };
}

export function ref(definition: string): JsonObject {
  return { $ref: `#/$defs/${definition}` };
}

export function byName(description: string, items: JsonObject): JsonObject {
  return { description, type: ['object', 'null'], additionalProperties: items };
}

export function listOf(description: string, definition: string): JsonObject {
  return { description, type: ['array', 'null'], items: ref(definition) };
}

export const ARGUMENT_VALUE = {
  'argument-value': { type: ['string', 'number', 'boolean', 'object', 'array'] },
};

/** `arguments` of a queue or exchange. */
export const rawArgumentsSchema = byName(
  'AMQP arguments exactly as the broker knows them, such as `x-max-length: 10`. A value of another AMQP type than JSON gives is written `{ $type: short, value: 1 }`, with one of byte, short, int, long, float, double, timestamp, void.',
  ref('argument-value'),
);
