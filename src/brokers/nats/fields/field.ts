import { equalJson, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { atLeast, type Release } from '../facts.ts';

/**
 * The notation of a field in YAML and in a spec.
 * - `duration`: `7d` in YAML, nanoseconds in the API; `durations`: a list of them.
 * - `size`: `1GiB` in YAML, bytes in the API.
 * - `time`: RFC 3339; stored as an instant in UTC, because the server echoes the offset that was sent.
 * - `list`: strings in any order, stored sorted.
 * - `table`: strings by name; `object`, `objects`: with the fields of `parts`. The order of `objects` is irrelevant.
 */
type FieldType =
  | 'boolean'
  | 'integer'
  | 'size'
  | 'duration'
  | 'durations'
  | 'text'
  | 'time'
  | 'choice'
  | 'list'
  | 'table'
  | 'object'
  | 'objects';

export interface Field {
  readonly type: FieldType;
  /** The value that the server uses for an absent field. `null`: none. */
  readonly default: Json;
  /** Documentation, for editors and `explain`. */
  readonly doc: string;
  /** The release line that introduced it. Absent: all supported lines have it. */
  readonly since?: Release;
  /** The values of a choice, with the release line that introduced each; null if all have it. */
  readonly choices?: Readonly<Record<string, Release | null>>;
  readonly parts?: Fields;
  /** Required parts. */
  readonly required?: readonly string[];
  /** A limit: the server treats zero and anything below −1 as −1, no limit. */
  readonly unlimited?: true;
  /** If undeclared, it keeps its live value instead of returning to its default. */
  readonly kept?: true;
  /** Why it cannot change in place: always, or by its values and the server. */
  readonly immutable?: string | ImmutableReason;
  /** The smallest value, in the unit of the API. */
  readonly minimum?: number;
  readonly maximum?: number;
}

export type ImmutableReason = (
  before: Json | undefined,
  after: Json | undefined,
  broker: { readonly version: string },
) => string | undefined;

/** By the name in the API. */
export type Fields = Readonly<Record<string, Field>>;

/** What many rows have in common. */
export const text = { type: 'text', default: null } as const;
export const time = { type: 'time', default: null } as const;
export const list = { type: 'list', default: null } as const;
export const flag = { type: 'boolean', default: false } as const;
export const count = { type: 'integer', default: 0, minimum: 0 } as const;
export const duration = { type: 'duration', default: 0, minimum: 0 } as const;

export const SECOND = 1_000_000_000;
export const MINUTE = 60 * SECOND;

/** Fields that repeat the address. */
export const IDENTITY = new Set(['name', 'durable_name']);

/** A row of a table; undefined for an unknown name. */
export function fieldIn(fields: Fields, name: string): Field | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** What a kind adds to the schema of a section. */
export interface SectionSchema {
  /** Keys of the section. */
  readonly properties: JsonObject;
  /** Bodies, each under the name of its kind. */
  readonly $defs: JsonObject;
}

const QUANTITY = { type: ['integer', 'string'] };

const TYPES: Readonly<Record<FieldType, JsonObject>> = {
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  size: QUANTITY,
  duration: QUANTITY,
  durations: { type: 'array', items: QUANTITY },
  text: { type: 'string' },
  time: { type: 'string' },
  choice: {},
  list: { type: ['string', 'array'], items: { type: 'string' } },
  table: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  object: { type: 'object' },
  objects: { type: 'array' },
};

const UNITS: Readonly<Partial<Record<FieldType, string>>> = {
  duration: 'A duration such as 500ms, 7d or 1d12h; a plain number is nanoseconds.',
  durations: 'Durations such as 500ms or 1m; plain numbers are nanoseconds.',
  size: 'A size such as 64KiB, 1GiB or 10MB; a plain number is bytes.',
};

function propertyOf(field: Field): JsonObject {
  const { type, since, choices, parts, minimum, maximum } = field;
  const text = [field.doc, UNITS[type], since && `Needs NATS ${since}.`, newChoices(field)].filter(Boolean);
  return {
    description: text.join(' '),
    ...TYPES[type],
    ...(choices && { enum: Object.keys(choices) }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(parts && type === 'object' && tableOf(parts, field.required)),
    ...(parts && type === 'objects' && { items: { type: 'object', ...tableOf(parts, field.required) } }),
    ...defaultOf(field),
  };
}

function newChoices({ choices = {} }: Field): string {
  return Object.entries(choices)
    .flatMap(([value, since]) => (since ? [`${value} needs NATS ${since}.`] : []))
    .join(' ');
}

function defaultOf(field: Field): JsonObject {
  const isPlain = field.default !== null && typeof field.default !== 'object' && field.type !== 'duration';
  return isPlain ? { default: field.default } : {};
}

function tableOf(fields: Fields, required?: readonly string[]): JsonObject {
  return {
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, propertyOf(field)])),
    ...(required && { required: [...required] }),
  };
}

/** A body with the keys of a table, and others. */
export function bodyOf(description: string, fields: Fields, others: JsonObject = {}): JsonObject {
  const { properties, ...rest } = tableOf(fields);
  return {
    description,
    type: ['object', 'null'],
    ...rest,
    properties: { ...(properties as JsonObject), ...others },
  };
}

/** Bodies by name. */
export function mapOf(description: string, definition: string): JsonObject {
  return {
    description,
    type: ['object', 'null'],
    additionalProperties: { $ref: `#/$defs/${definition}` },
  };
}

/** JSON Schema (draft-07) of the section, made from those of all kinds. */
export function sectionSchema(parts: readonly SectionSchema[]): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'NATS JetStream topology',
    description: 'What the JetStream account should have.',
    type: 'object',
    additionalProperties: false,
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as JsonObject,
    $defs: Object.assign({}, ...parts.map(({ $defs }) => $defs)) as JsonObject,
  };
}

/*
 * Reasons why a field cannot change in place that depend on its values or on the server: `configUpdateCheck` in
 * server/stream.go and `checkNewConsumerConfig` in server/consumer.go of each release line.
 */

/** Why a field cannot change in place on this server; undefined if it can. */
export function immutableReasonOf(
  fields: Fields,
  [name = '']: readonly string[],
  { before, after }: { readonly before: { spec: JsonObject }; readonly after: { spec: JsonObject } },
  broker: { readonly version: string },
): string | undefined {
  const immutable = fieldIn(fields, name)?.immutable;
  return typeof immutable === 'function' ? immutable(before.spec[name], after.spec[name], broker) : immutable;
}

/** A flag that no server turns off. */
export const onceOn: ImmutableReason = (before) =>
  before === true ? 'once on, it can never be turned off' : undefined;

export function immutableBefore(
  version: string,
  reason = `servers before ${version} cannot change it`,
): ImmutableReason {
  return (_before, _after, broker) => (atLeast(broker, version) ? undefined : reason);
}

export const immutableMessageTtl: ImmutableReason = (...change) =>
  onceOn(...change) ??
  immutableBefore('2.12', 'servers before 2.12 can only turn it on at creation')(...change);

export const immutableRetention: ImmutableReason = (before, after, broker) => {
  const isWorkQueue = before === 'workqueue' || after === 'workqueue';
  const reason = isWorkQueue ? 'it cannot change to or from workqueue' : undefined;
  return immutableBefore('2.10')(before, after, broker) ?? reason;
};

export const immutableMirror: ImmutableReason = (before, after, broker) => {
  if (!isObject(before)) return 'a stream cannot become a mirror later';
  if (isObject(after)) return equalJson(before, after) ? undefined : 'what a mirror copies cannot change';
  return atLeast(broker, '2.12') ? undefined : 'servers before 2.12 cannot make a mirror an ordinary stream';
};

export const immutableDelivery: ImmutableReason = (before, after) => {
  if (before === null) return 'a pull consumer cannot become a push consumer';
  return after === null ? 'a push consumer cannot become a pull consumer' : undefined;
};
