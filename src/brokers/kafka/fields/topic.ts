import type { JsonObject } from '../../../model/index.ts';
import { mapOf, ref, type SectionSchema } from './field.ts';
import { FOREVER, TOPIC_CONFIGS, type TopicConfig } from './topic-configs.ts';

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
    doc: 'How many partitions. Can grow, but never shrink; growing sends keys to other partitions. `null` overrides `defaults`: a new topic gets the broker default, `num.partitions`, and an existing one keeps its number.',
    values: { type: ['integer', 'null'], minimum: 1, maximum: 2_147_483_647, examples: [12] },
    isImplied: true,
    hasBrokerDefault: true,
  },
  'replication-factor': {
    doc: 'How many brokers have a copy of each partition. Changes move replicas. `null` overrides `defaults`: a new topic gets the broker default, by `default.replication.factor` or a placement constraint, and an existing one keeps its number.',
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
export const BROKER_DEFAULT_SINCE = [2, 4] as const;

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
    topic: bodyOf('A topic.', { replicas }),
    /** Every config with its documentation, and others, which the linter warns about. */
    configs: {
      description:
        'Topic configs by name. `null` resets a config to its inherited value. Configs that are not named here are not changed.',
      type: ['object', 'null'],
      properties: Object.fromEntries(
        Object.entries(TOPIC_CONFIGS).map(([name, config]) => [name, propertyOf(config)]),
      ),
      additionalProperties: { type: ['string', 'number', 'boolean', 'array', 'null'] },
    },
  },
};

function propertyOf(config: TopicConfig): JsonObject {
  return { description: describe(config), ...shapeOf(config), ...examplesOf(config) };
}

function describe({ doc, default: usual, unit, words, since, until }: TopicConfig): string {
  const shown = usual === FOREVER ? 'none' : usual;
  return [
    doc,
    ...Object.entries(words ?? {}).map(([value, meaning]) => `${value}: ${meaning}.`),
    `Default: ${shown}${unit && /^\d+$/.test(shown) ? ` ${unit}` : ''}.`,
    ...(since ? [`From Kafka ${since.join('.')} on.`] : []),
    ...(until ? [`Until Kafka ${until.join('.')}.`] : []),
  ].join(' ');
}

/** Ranges are checked when declaring, as a schema cannot compare `7d` with a number. */
function shapeOf({ type, values }: TopicConfig): JsonObject {
  const items = values ? { enum: values } : { type: 'string' };
  switch (type) {
    case 'boolean':
      return { enum: [true, false, 'true', 'false', null] };
    case 'list':
      return { type: ['string', 'array', 'null'], items };
    case 'text':
      return values ? { enum: [...values, null] } : { type: ['string', 'null'] };
    case 'double':
      return { type: ['number', 'string', 'null'] };
    default:
      return { type: ['integer', 'string', 'null'] };
  }
}

function examplesOf({ unit, values, type }: TopicConfig): JsonObject {
  if (unit === 'ms') return { examples: ['7d', '12h', '30m'] };
  if (unit === 'bytes') return { examples: ['64MiB', '10GB'] };
  return type === 'list' && values ? { examples: [[...values], ...values] } : {};
}
