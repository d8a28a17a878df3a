import type { JsonObject } from '../../../model/index.ts';

/** Keys that several kinds of patterns have on NATS. */
export const natsKeys = {
  replicas: {
    description: 'Servers of the cluster that keep a copy of each message, 1 to 5. By default 1.',
    type: 'integer',
    minimum: 1,
    maximum: 5,
    examples: [3],
  },
  'max-bytes': {
    description: 'The largest size of the stream, as 10GiB. By default there is no limit.',
    type: ['integer', 'string'],
    examples: ['10GiB'],
  },
} satisfies Readonly<Record<string, JsonObject>>;

export function subjectsKey(usual: string): JsonObject {
  return {
    description: `Subjects whose messages it takes; * and > are wildcards. By default ${usual}.`,
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
