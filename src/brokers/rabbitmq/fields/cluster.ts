import type { Fields } from './field.ts';

/** https://www.rabbitmq.com/docs/clustering#cluster-name, https://www.rabbitmq.com/docs/configure#config-items */
export const clusterFields = {
  name: {
    type: 'string',
    schema: { minLength: 1 },
    doc: 'The name of the cluster, which clients, metrics and federation see. Needs the tag administrator.',
  },
  tags: {
    type: 'object',
    schema: { additionalProperties: { type: 'string' } },
    doc: 'Tags of the cluster, each a text. From 4.0; a node that starts sets those of its rabbitmq.conf again.',
  },
} as const satisfies Fields;
