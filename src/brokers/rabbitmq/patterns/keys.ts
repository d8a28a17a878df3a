import { type Json, type JsonObject, type Pattern, resourcesByName, textOf } from '../../../model/index.ts';

/*
 * What the patterns of RabbitMQ share: keys of their entries, and the section around what they give.
 */

export const vhostKey: JsonObject = {
  description: 'The vhost of its resources, created if it does not exist. By default /.',
  type: 'string',
  minLength: 1,
};

/** @param usual which keys where it is left out */
export function keysKey(usual: string): JsonObject {
  return {
    description: `Routing keys of its bindings; * matches one word, # any number of words. By default ${usual}.`,
    type: ['string', 'array'],
    minItems: 1,
    uniqueItems: true,
    items: { type: 'string' },
    examples: [['order.*', 'refund.#']],
  };
}

/** Resources of a kind by name. */
export type Entries = readonly (readonly [string, Json])[];

interface Resources {
  readonly exchanges: Entries;
  readonly queues: Entries;
  /** Those that lead to exchanges. */
  readonly bindings?: readonly JsonObject[];
}

/** The section around what is in a vhost. @throws PatternError two resources have the same name */
export function sectionOf({ body }: Pattern, { exchanges, queues, bindings = [] }: Resources): JsonObject {
  const vhost = textOf(body.vhost);
  return {
    ...(vhost !== undefined && { vhost }),
    exchanges: resourcesByName('exchange', exchanges),
    queues: resourcesByName('queue', queues),
    ...(bindings.length > 0 && { bindings }),
  };
}

/** A binding from an exchange by one routing key, or several. */
export function bindingFrom(exchange: string, keys: readonly string[]): JsonObject {
  const [first] = keys;
  if (keys.length > 1) return { from: exchange, keys };
  return { from: exchange, ...(first !== undefined && { key: first }) };
}
