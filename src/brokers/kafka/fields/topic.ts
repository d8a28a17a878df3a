import type { JsonObject } from '../../../model/index.ts';
import { configsSchema, mapOf, ref, type SectionSchema } from './field.ts';
import { TOPIC_CONFIGS } from './topic-configs.ts';

interface TopicField {
  readonly doc: string;
  /** JSON Schema of its values. */
  readonly values: JsonObject;
  /** Whether the lists of `replicas` imply it. */
  readonly isImplied?: true;
  /** Whether it can be `null`: a creation requests the broker default, and nothing is compared. */
  readonly hasBrokerDefault?: true;
}

/** The keys of a topic, and of the section's `defaults`, except `configs` and `replicas`. */
const fields: Readonly<Record<string, TopicField>> = {
  partitions: {
    doc: 'Number of partitions. It can be increased, never decreased; an increase moves keys to other partitions. `null` overrides `defaults`: a new topic gets the broker default, `num.partitions`, and an existing one keeps its number.',
    values: { type: ['integer', 'null'], minimum: 1, maximum: 2_147_483_647, examples: [12] },
    isImplied: true,
    hasBrokerDefault: true,
  },
  'replication-factor': {
    doc: 'Number of replicas of each partition. Changes move replicas. `null` overrides `defaults`: a new topic gets the broker default, by `default.replication.factor` or a placement constraint, and an existing one keeps its number.',
    values: { type: ['integer', 'null'], minimum: 1, maximum: 32_767, examples: [3] },
    isImplied: true,
    hasBrokerDefault: true,
  },
  placement: {
    doc: '`rack-aware` moves replicas where those of one partition share a rack while another rack is free. `as-is`, the default, leaves them.',
    values: { enum: ['as-is', 'rack-aware'] },
    isImplied: true,
  },
  'configs-policy': {
    doc: '`declared`, the default, leaves overrides alone that are not named here. `exclusive` returns them to what is inherited.',
    values: { enum: ['declared', 'exclusive'] },
  },
};

export const topicKeys: readonly string[] = Object.keys(fields);

/** Keys that `replicas` implies. */
export const impliedKeys: readonly string[] = topicKeys.filter((key) => fields[key]?.isImplied);

export const brokerDefaultKeys: readonly string[] = topicKeys.filter((key) => fields[key]?.hasBrokerDefault);
/** https://cwiki.apache.org/confluence/display/KAFKA/KIP-464 */
export const BROKER_DEFAULT_SINCE = '2.4';

const replicas: JsonObject = {
  description:
    'Exact placement: for each partition, broker ids with the preferred leader first. Replaces `partitions` and `replication-factor`.',
  type: 'array',
  minItems: 1,
  items: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'integer', minimum: 0 } },
  examples: [
    [
      [1, 2, 3],
      [2, 3, 1],
    ],
  ],
};

/** Keys of a topic that `defaults` cannot have. */
const ofOneTopic: JsonObject = {
  defaults: {
    description: '`false`: the `defaults` of the section do not apply to this topic.',
    type: 'boolean',
  },
  internal: {
    description:
      '`true` for a topic of the brokers, such as `__consumer_offsets`: only then its configs and replicas are managed. It is never created or deleted, and keeps its partitions. `defaults` do not apply.',
    type: 'boolean',
  },
};

function bodyOf(description: string, more: JsonObject): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([key, { doc, values }]) => [key, { description: doc, ...values }]),
  );
  return {
    description,
    type: ['object', 'null'],
    properties: { ...properties, ...more, configs: ref('configs') },
    additionalProperties: false,
  };
}

export const topicSchema: SectionSchema = {
  properties: {
    defaults: bodyOf('What every topic of this section has that does not say otherwise.', {}),
    topics: mapOf('Topics by name.', 'topic'),
  },
  $defs: {
    topic: bodyOf('A topic.', { replicas, ...ofOneTopic }),
    configs: configsSchema(
      'Topic configs by name. `null` resets a config to its inherited value. Configs that are not named here are not changed.',
      TOPIC_CONFIGS,
    ),
  },
};
