import type { JsonObject } from '../../../model/index.ts';
import { operationsOn, resourceTypes } from '../fields/acl.ts';
import { wordsOf } from '../fields/field.ts';
import { PRINCIPAL_PATTERN, REQUEST_PATTERN } from './requests.ts';

const forms = wordsOf(resourceTypes)
  .map((type) => `${operationsOn(type).join(', ')} (${type})`)
  .join('; ');

const requests = (description: string): JsonObject => ({
  description,
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: {
    title: 'an operation, a type of resource and a name, such as read topic payments',
    description: `There are: ${forms}. The cluster has no name.`,
    type: 'string',
    pattern: REQUEST_PATTERN,
  },
  examples: [['read topic payments', 'read group billing', 'describe cluster']],
});

const principal: JsonObject = {
  title: 'a principal such as User:billing',
  type: 'string',
  pattern: PRINCIPAL_PATTERN,
  examples: ['User:billing'],
};

const principals = (description: string): JsonObject => ({
  description,
  type: 'array',
  uniqueItems: true,
  items: principal,
  examples: [['User:billing']],
});

/** A test of a Kafka cluster: where a record goes, and what principals may do. */
export const testSchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    publish: {
      description: 'The record that the test is about.',
      type: 'object',
      additionalProperties: false,
      required: ['topic'],
      properties: {
        topic: { description: 'A declared topic.', type: 'string', minLength: 1 },
        key: {
          description: 'The key, which brokers get as UTF-8. A record without a key goes to any partition.',
          type: 'string',
        },
      },
    },
    principal: {
      description: 'Who publishes and asks, as ACLs name it: `User:billing`. `User:*` is everyone.',
      ...principal,
    },
    host: {
      description:
        'The IP address from which it asks. Without it, `may` is about an address that no ACL names, and `may-not` about all addresses.',
      type: 'string',
      minLength: 1,
    },
    may: requests('What the principal may do: an operation, a type of resource, a name.'),
    'may-not': requests('What the principal may not do.'),
    partition: {
      description:
        'The partition that the record goes to with the default partitioner of the Java client. Needs `publish.key`.',
      type: 'integer',
      minimum: 0,
    },
    'readable-by': principals('Exactly these principals may read the topic, from any address.'),
    'writable-by': principals('Exactly these principals may write to the topic, from any address.'),
  },
  dependencies: {
    host: ['principal'],
    may: ['principal'],
    'may-not': ['principal'],
    partition: { required: ['publish'], properties: { publish: { required: ['key'] } } },
    'readable-by': ['publish'],
    'writable-by': ['publish'],
  },
  anyOf: ['may', 'may-not', 'partition', 'readable-by', 'writable-by'].map((key) => ({ required: [key] })),
};
