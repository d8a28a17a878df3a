import { type JsonObject, nameFor, type Pattern } from '../../../model/index.ts';

/** Keys that several kinds of patterns have on NATS. */
export const natsKeys = {
  replicas: {
    description: 'Number of replicas of each message, 1 to 5. By default 1.',
    type: 'integer',
    minimum: 1,
    maximum: 5,
    examples: [3],
  },
  'max-bytes': {
    description: 'Maximum size of the stream, such as 10GiB. By default unlimited.',
    type: ['integer', 'string'],
    examples: ['10GiB'],
  },
} satisfies Readonly<Record<string, JsonObject>>;

export function subjectsKey(usual: string): JsonObject {
  return {
    description: `Subjects of the stream; * and > are wildcards. By default ${usual}.`,
    type: ['string', 'array'],
    minItems: 1,
    items: { type: 'string' },
  };
}

/** Fields of every stream of a pattern. */
export function streamBasics(body: JsonObject): JsonObject {
  return {
    ...(body.replicas !== undefined && { num_replicas: body.replicas }),
    ...(body['max-bytes'] !== undefined && { max_bytes: body['max-bytes'] }),
  };
}

/*
 * The pattern `email` has the stream `email`, and `email-dead` for what it gives up. Names of streams and consumers are
 * tokens of subjects, so they have no dots: the pattern `shop.email` has the stream `shop-email`.
 */

export function streamNameFor({ name, body }: Pattern): string {
  return nameFor(body, 'stream', asToken(name));
}

export function deadStreamNameFor({ name, body }: Pattern): string {
  return nameFor(body, 'dead-letters', `${asToken(name)}-dead`);
}

/** A subject may have the dots. */
export function subjectsFor({ name, body }: Pattern, ...endings: readonly string[]): JsonObject['subjects'] {
  return body.subjects ?? endings.map((ending) => `${name}${ending}`);
}

function asToken(name: string): string {
  return name.replaceAll('.', '-');
}
