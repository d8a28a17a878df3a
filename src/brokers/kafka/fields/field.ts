import type { JsonObject } from '../../../model/index.ts';

/** A word of a spec, and the number that stands for it in the protocol. */
export interface WireWord {
  readonly wire: number;
}

/** In the order of the table. */
export function wordsOf<W extends string>(table: Readonly<Record<W, unknown>>): readonly W[] {
  return Object.keys(table) as W[];
}

/** The word for a number of the protocol; undefined for what is newer than the table. */
export function wordOf<W extends string>(table: Readonly<Record<W, WireWord>>, wire: number): W | undefined {
  return wordsOf(table).find((word) => table[word].wire === wire);
}

/** What a kind adds to the schema of a section. */
export interface SectionSchema {
  /** Keys of the section. */
  readonly properties: JsonObject;
  /** Bodies, each under the name of its kind, and what they refer to. */
  readonly $defs: JsonObject;
}

export function ref(definition: string): JsonObject {
  return { $ref: `#/$defs/${definition}` };
}

/** A list of what a definition describes; `null` for none. */
export function listOf(description: string, definition: string): JsonObject {
  return { description, type: ['array', 'null'], items: ref(definition) };
}

/** Bodies by name. */
export function mapOf(description: string, definition: string): JsonObject {
  return { description, type: ['object', 'null'], additionalProperties: ref(definition) };
}

/** JSON Schema (draft-07) of the section, made from those of all kinds. */
export function sectionSchema(parts: readonly SectionSchema[]): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Kafka topology',
    description: 'What a Kafka cluster should have.',
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as JsonObject,
    additionalProperties: false,
    $defs: Object.assign({}, ...parts.map(({ $defs }) => $defs)) as JsonObject,
  };
}

/** One config of a topic, group, subscription or broker, as the broker's own table has it. */
export interface ConfigField {
  readonly type: 'boolean' | 'int' | 'long' | 'double' | 'text' | 'list';
  /** How a number is written: a duration or a size. */
  readonly unit?: 'ms' | 'bytes';
  /** As text, as brokers print it. Of the newest release where releases differ. */
  readonly default: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Special numbers outside of the range, and their meaning. */
  readonly words?: Readonly<Record<string, string>>;
  /** Of a text, or of each item of a list. */
  readonly values?: readonly string[];
  /** The first release that has it, where that is after 3.0. */
  readonly since?: string;
  /** The first release that no longer has it. */
  readonly until?: string;
  readonly doc: string;
}

/** The default of unlimited times and counts. */
export const FOREVER = '9223372036854775807';

export type ConfigTable = Readonly<Record<string, ConfigField>>;

/** The table's entry of a config; undefined for one that it does not know. */
export function fieldOf(table: ConfigTable, name: string): ConfigField | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

export const NO_LIMIT = { '-1': 'no limit' };
export const time = { type: 'long', unit: 'ms', minimum: 0 } as const;
export const off = { type: 'boolean', default: 'false' } as const;

/** Configs by name: those of the table with their documentation, and others, which the linter warns about. */
export function configsSchema(description: string, table: ConfigTable): JsonObject {
  return {
    description,
    type: ['object', 'null'],
    properties: Object.fromEntries(Object.entries(table).map(([name, field]) => [name, propertyOf(field)])),
    additionalProperties: { type: ['string', 'number', 'boolean', 'array', 'null'] },
  };
}

function propertyOf(config: ConfigField): JsonObject {
  return { description: describe(config), ...shapeOf(config), ...examplesOf(config) };
}

function describe({ doc, default: usual, unit, words, since, until }: ConfigField): string {
  const shown = usual === FOREVER ? 'none' : usual;
  return [
    doc,
    ...Object.entries(words ?? {}).map(([value, meaning]) => `${value}: ${meaning}.`),
    `Default: ${shown}${unit && /^\d+$/.test(shown) ? ` ${unit}` : ''}.`,
    ...(since ? [`From Kafka ${since} on.`] : []),
    ...(until ? [`Until Kafka ${until}.`] : []),
  ].join(' ');
}

/** Ranges are checked when declaring, as a schema cannot compare `7d` with a number. */
function shapeOf({ type, values }: ConfigField): JsonObject {
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

function examplesOf({ unit, values, type }: ConfigField): JsonObject {
  if (unit === 'ms') return { examples: ['7d', '12h', '30m'] };
  if (unit === 'bytes') return { examples: ['64MiB', '10GB'] };
  return type === 'list' && values ? { examples: [[...values], ...values] } : {};
}
