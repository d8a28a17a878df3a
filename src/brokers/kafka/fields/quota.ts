import type { JsonObject } from '../../../model/index.ts';
import { listOf, type SectionSchema, wordsOf } from './field.ts';

/** Whom a quota is for: one of `ip`, or `user` and `client-id`, or either of these alone. */
const entities = {
  user: 'The user. `null` is every user who has no quota of their own.',
  'client-id': 'The client id. `null` is every client id that has no quota of its own.',
  ip: 'The IP address. `null` is every address that has no quota of its own.',
} as const;

export type EntityType = keyof typeof entities;
export const entityTypes: readonly EntityType[] = wordsOf(entities);

interface QuotaField {
  /** `client`: users and client ids. Brokers refuse a quota on an entity that it is not for. */
  readonly of: 'client' | 'ip';
  /** A size is written like `10MB`, and kept as bytes. */
  readonly type: 'size' | 'number' | 'integer';
  readonly doc: string;
  readonly example?: string;
}

/** All of them are rates a second, but for the percentage. https://kafka.apache.org/documentation/#design_quotas */
const fields: Readonly<Record<string, QuotaField>> = {
  producer_byte_rate: {
    of: 'client',
    type: 'size',
    doc: 'What it may produce through each broker: a size for each second.',
    example: '10MB',
  },
  consumer_byte_rate: {
    of: 'client',
    type: 'size',
    doc: 'What it may consume from each broker: a size for each second.',
    example: '20MB',
  },
  request_percentage: {
    of: 'client',
    type: 'number',
    doc: "How much of a broker's request threads it may use; one whole thread is 100.",
  },
  controller_mutation_rate: {
    of: 'client',
    type: 'number',
    doc: 'Partitions that it may create or delete in a second.',
  },
  connection_creation_rate: {
    of: 'ip',
    type: 'integer',
    doc: 'Connections that the IP address may open in a second.',
  },
};

export const quotaKeys: readonly string[] = Object.keys(fields);

export function quotaKeysOf(of: QuotaField['of']): readonly string[] {
  return quotaKeys.filter((key) => fields[key]?.of === of);
}

export function isSize(key: string): boolean {
  return Object.hasOwn(fields, key) && fields[key]?.type === 'size';
}

function propertyOf({ type, doc, example }: QuotaField): JsonObject {
  return {
    description: `${doc} \`null\` for no limit.`,
    type: [...(type === 'size' ? ['integer', 'string'] : [type]), 'null'],
    exclusiveMinimum: 0,
    ...(example !== undefined && { examples: [example] }),
  };
}

export const quotaSchema: SectionSchema = {
  properties: { quotas: listOf('Client quotas.', 'quota') },
  $defs: {
    quota: {
      description: 'Limits of a user, a client id, both together, or an IP address.',
      type: 'object',
      properties: Object.fromEntries([
        ...entityTypes.map((type) => [
          type,
          { description: entities[type], type: ['string', 'null'], minLength: 1 },
        ]),
        ...Object.entries(fields).map(([key, field]) => [key, propertyOf(field)]),
      ]) as JsonObject,
      additionalProperties: false,
    },
  },
};
