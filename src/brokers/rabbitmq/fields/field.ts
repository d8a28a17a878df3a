import {
  formatDuration,
  formatSize,
  isExactInt,
  isMapping,
  isObject,
  type Json,
  type JsonObject,
  parseDuration,
  parseSize,
  type Quantity,
  toBigInt,
} from '../../../model/index.ts';

type JsonType = 'string' | 'integer' | 'boolean' | 'object' | 'array';

/**
 * A key of a body in YAML: one row of a table. Its schema, its units, what an import may write under it and which
 * values the broker refuses are derived from the row.
 */
export interface Field {
  /** One sentence or two, for editors. */
  readonly doc: string;
  readonly type?: JsonType | readonly JsonType[];
  /** In YAML a text with a unit, or the broker's own number. Takes the place of the type. */
  readonly unit?: Unit;
  readonly choices?: readonly (string | number)[];
  readonly default?: Json;
  /** In the broker's unit. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Further keywords of its JSON Schema. */
  readonly schema?: JsonObject;
}

/** By key, in the order in which people write them. */
export type Fields = Readonly<Record<string, Field>>;

const UNIT_DOCS: Readonly<Record<Unit, string>> = {
  ms: ' A duration such as 500ms, 7d or 1d12h; a plain number is milliseconds.',
  s: ' A duration such as 30s or 5m; a plain number is seconds.',
  bytes: ' A size such as 64KiB, 1GiB or 10MB; a plain number is bytes.',
  age: '',
};

/** A row's property in a JSON Schema. */
export function propertyOf(field: Field): JsonObject {
  const { doc, unit, choices, minimum, maximum, default: usual, schema } = field;
  const type = typeOf(field);
  return {
    description: doc + (unit === undefined ? '' : UNIT_DOCS[unit]),
    ...(type !== undefined && { type }),
    ...(choices && { enum: choices }),
    ...(minimum !== undefined && !choices && { minimum }),
    // A text with a unit has no maximum: the linter knows it.
    ...(maximum !== undefined && !choices && !unit && { maximum }),
    ...schema,
    ...(usual !== undefined && { default: usual }),
  };
}

function typeOf({ type, unit }: Field): JsonType | readonly JsonType[] | undefined {
  if (unit === undefined) return type;
  return unit === 'age' ? 'string' : ['integer', 'string'];
}

export function propertiesOf(fields: Fields): JsonObject {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, propertyOf(field)]));
}

/** Whether a live value may be written under this key; what does not fit is written raw. */
export function fits(field: Field | undefined, value: Json): boolean {
  return field !== undefined && allows(propertyOf(field), value);
}

function allows(schema: JsonObject, value: Json): boolean {
  const { type, enum: choices, minimum, maximum, items } = schema;
  if (Array.isArray(choices) && !choices.includes(value)) return false;
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0 && !types.some((name) => isOfType(value, name))) return false;
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) return false;
    if (typeof maximum === 'number' && value > maximum) return false;
  }
  return !Array.isArray(value) || !isObject(items) || value.every((item: Json) => allows(items, item));
}

function isOfType(value: Json, type: Json): boolean {
  if (type === 'integer') return Number.isInteger(value) || isExactInt(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isMapping(value);
  return typeof value === type;
}

/** A value without the AMQP type that it is declared with. */
export function withoutType(value: Json): Json {
  return isObject(value) && '$type' in value ? (value.value ?? null) : value;
}

/** A number as people write it where the field has a unit: `7d`, `64MiB`. */
export function humanised(value: Json, unit: Unit | undefined): Json {
  const text = typeof value === 'number' && value > 0 ? formatUnit(value, unit) : undefined;
  return text === undefined || /^\d+B$/.test(text) ? value : text;
}

/** Why the broker refuses a value; undefined for one that it takes. */
export function problemOf(field: Field, value: Json): string | undefined {
  const { type, unit, choices, minimum, maximum } = field;
  if (unit === 'age') return isAge(value) ? undefined : AGE_WANTED;
  if (unit !== undefined || type === 'integer') return wholeProblem(value, minimum, maximum);
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (choices) {
    return choices.some((word) => word === value) ? undefined : `must be one of ${choices.join(', ')}`;
  }
  return typeof value === 'string' ? undefined : 'must be text';
}

function isAge(value: Json): boolean {
  return typeof value === 'string' && /^0*[1-9]\d*[YMDhms]$/.test(value);
}

const AGE_WANTED = 'must be a number over 0 and one unit of Y, M, D, h, m, s, such as 7D';

function wholeProblem(value: Json, minimum?: number, maximum?: number): string | undefined {
  const number = toBigInt(value);
  if (number === undefined) return 'must be a whole number';
  if (minimum !== undefined && number < BigInt(minimum)) return `must be at least ${minimum}`;
  if (maximum !== undefined && number > BigInt(maximum)) return `must be at most ${maximum}`;
  return undefined;
}

/*
 * Parts of the JSON Schema of a section. The properties come from the field tables.
 */

interface Shape {
  readonly required?: readonly string[];
  /** It may be left empty: all of it has defaults. */
  readonly mayBeEmpty?: true;
}

export function bodyOf(
  description: string,
  properties: JsonObject,
  { required, mayBeEmpty }: Shape = {},
): JsonObject {
  return {
    description,
    type: mayBeEmpty ? ['object', 'null'] : 'object',
    properties,
    ...(required && { required }),
    additionalProperties: false,
  };
}

export function ref(definition: string): JsonObject {
  return { $ref: `#/$defs/${definition}` };
}

export function byName(description: string, items: JsonObject): JsonObject {
  return { description, type: ['object', 'null'], additionalProperties: items };
}

export function listOf(description: string, definition: string): JsonObject {
  return { description, type: ['array', 'null'], items: ref(definition) };
}

export const ARGUMENT_VALUE = {
  'argument-value': { type: ['string', 'number', 'boolean', 'object', 'array'] },
};

/** `arguments` of a queue or exchange. */
export const rawArgumentsSchema = byName(
  'AMQP arguments exactly as the broker knows them, such as `x-max-length: 10`. A value of another AMQP type than JSON gives is written `{ $type: short, value: 1 }`, with one of byte, short, int, long, float, double, timestamp, void.',
  ref('argument-value'),
);

/** How the number of a field is written: a duration, a size, or a stream's own age notation (`7D`). */
export type Unit = 'ms' | 's' | 'bytes' | 'age';

/** A text with a unit as the broker's number or, for an age, the broker's text. */
export function parseUnit(text: string, unit: Unit): Quantity | { readonly value: string } {
  if (unit === 'bytes') return parseSize(text);
  if (unit !== 'age') return parseDuration(text, unit);
  if (AGE.test(text)) return { value: text };
  const seconds = parseDuration(text, 's');
  if ('problem' in seconds) return seconds;
  return typeof seconds.value === 'number'
    ? { value: formatAge(seconds.value) }
    : { problem: 'longer than any stream can keep' };
}

/** As people write it: `7d`, `64MiB`. Undefined where there is no unit, or a plain number says it best. */
export function formatUnit(value: Json, unit: Unit | undefined): string | undefined {
  if (unit === undefined || unit === 'age') return undefined;
  return unit === 'bytes' ? formatSize(value) : formatDuration(value, unit);
}

const AGE = /^(\d{1,15})([YMDhms])$/;
/** A year has 365 days, a month 30, as in `rabbit_amqqueue`. */
const AGE_SECONDS: Readonly<Record<string, number>> = {
  Y: 31_536_000,
  M: 2_592_000,
  D: 86_400,
  h: 3600,
  m: 60,
  s: 1,
};

function formatAge(seconds: number): string {
  const unit = ['D', 'h', 'm'].find((name) => seconds > 0 && seconds % (AGE_SECONDS[name] ?? 1) === 0) ?? 's';
  return `${seconds / (AGE_SECONDS[unit] ?? 1)}${unit}`;
}

/** The length of an age, `7D` or `168h`; undefined for what is none. */
export function secondsOf(age: Json | undefined): number | undefined {
  const [, count, unit] = (typeof age === 'string' && AGE.exec(age)) || [];
  return count === undefined || unit === undefined ? undefined : Number(count) * (AGE_SECONDS[unit] ?? 1);
}
