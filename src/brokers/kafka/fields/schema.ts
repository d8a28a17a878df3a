import type { JsonObject } from '../../../model/index.ts';
import written from './schema.json' with { type: 'json' };
import { FOREVER, TOPIC_CONFIGS, type TopicConfig } from './topic-configs.ts';

/** The section's schema: what is written in schema.json, with every topic config of the table. */
export const schema: JsonObject = {
  ...(written as JsonObject),
  $defs: { ...(written.$defs as JsonObject), configs: configsSchema() },
};

/** JSON Schema of `configs: {…}`: every config with its documentation, and others, which the linter warns about. */
function configsSchema(): JsonObject {
  return {
    description:
      'Topic configs by name. `null` for what the topic would have if nobody had set it. Configs that are not named here are left alone.',
    type: ['object', 'null'],
    properties: Object.fromEntries(
      Object.entries(TOPIC_CONFIGS).map(([name, config]) => [name, schemaOf(config)]),
    ),
    additionalProperties: { type: ['string', 'number', 'boolean', 'array', 'null'] },
  };
}

function schemaOf(config: TopicConfig): JsonObject {
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
