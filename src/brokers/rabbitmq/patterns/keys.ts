import { type JsonObject, type Pattern, textOf } from '../../../model/index.ts';

/*
 * What the patterns of RabbitMQ share: keys of their entries, and the section around what they give.
 */

/**
 * A delivery limit that nothing reaches: quorum queues have one of 20 from 4.0, and a negative one, which means none
 * there, is one of 0 before.
 */
export const NO_DELIVERY_LIMIT = 1_000_000;

export const vhostKey: JsonObject = {
  description: 'The vhost that holds all of it, created where it is missing. By default /.',
  type: 'string',
  minLength: 1,
};

/** @param usual which keys where it is left out */
export function keysKey(usual: string): JsonObject {
  return {
    description: `Routing keys of the messages that it takes; * is one word, # any number. By default ${usual}.`,
    type: ['string', 'array'],
    minItems: 1,
    uniqueItems: true,
    items: { type: 'string' },
    examples: [['order.*', 'refund.#']],
  };
}

/** The section around what is in a vhost. */
export function sectionOf({ body }: Pattern, resources: JsonObject): JsonObject {
  const vhost = textOf(body.vhost);
  return { ...(vhost !== undefined && { vhost }), ...resources };
}

/** A binding from an exchange by one routing key, or several. */
export function bindingFrom(exchange: string, keys: readonly string[]): JsonObject {
  const [first] = keys;
  if (keys.length > 1) return { from: exchange, keys };
  return { from: exchange, ...(first !== undefined && { key: first }) };
}
