import {
  equalJson,
  formatCount,
  formatDuration,
  formatSize,
  integer,
  isObject,
  type Json,
  type JsonObject,
  parseJson,
  toBigInt,
} from '../../../model/index.ts';
import { type Field, type Fields, fieldIn } from './field.ts';

/** A text; empty for any other value. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The items of a list; none for any other value. */
export function listIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The strings of a list; none for any other value. */
export function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The objects of a list, or a single object. */
export function objectsIn(value: Json | undefined): JsonObject[] {
  return [value].flat().filter((item): item is JsonObject => isObject(item));
}

/** The object in a text; undefined for any other text, such as what somebody wrote into metadata. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Metadata without those of the server, which since 2.11 adds some about itself. */
export function ownMetadata(metadata: Json | undefined): JsonObject {
  const all = isObject(metadata) ? Object.entries(metadata) : [];
  return Object.fromEntries(all.filter(([key]) => !key.startsWith('_nats.')));
}

export function numberIn(value: Json | undefined): bigint {
  return toBigInt(value) ?? 0n;
}

/** True where the server fills in a default: absent, null or zero. */
export function isUnset(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'number' ? value === 0 : toBigInt(value) === 0n;
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/** The zero time of Go, which means no time. */
const ZERO = '0001-01-01T00:00:00Z';

/**
 * An RFC 3339 time in one notation: in UTC, without trailing zeros, with up to nanoseconds. Servers echo the offset
 * that was sent, so texts of the same instant differ.
 * @returns undefined for any other text, null for the zero time of Go.
 */
export function instant(text: string): string | null | undefined {
  const [, date, time, fraction = '', zone = ''] = RFC3339.exec(text) ?? [];
  if (date === undefined) return undefined;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  const digits = fraction.replace(/0+$/, '');
  const utc = new Date(milliseconds).toISOString().slice(0, 19);
  const result = `${utc}${digits === '' ? '' : `.${digits}`}Z`;
  return result === ZERO ? null : result;
}

/** The text of a field in a plan; undefined if it is the same as its JSON. */
export function fieldText(fields: Fields, path: readonly string[], value: Json): string | undefined {
  const [name = '', ...rest] = path;
  const field = fieldIn(fields, name);
  if (!field) return undefined;
  if (rest.length > 0) return field.parts ? fieldText(field.parts, rest, value) : undefined;
  return valueText(field, value);
}

function valueText(field: Field, value: Json): string | undefined {
  if (field.unlimited && value === -1) return '-1';
  switch (field.type) {
    case 'duration':
      return toBigInt(value) === 0n ? '0' : formatDuration(value, 'ns');
    case 'size':
      return formatSize(value);
    case 'durations':
      return Array.isArray(value)
        ? `[${value.map((item) => formatDuration(item, 'ns')).join(', ')}]`
        : undefined;
    case 'list':
      return Array.isArray(value) ? `[${value.join(', ')}]` : undefined;
    default:
      return toBigInt(value)?.toString();
  }
}

/** A value in the notation of YAML: `7d`, `1GiB`. */
export function toYaml(field: Field, value: Json): Json {
  switch (field.type) {
    case 'duration':
      return toBigInt(value) === 0n ? 0 : (formatDuration(value, 'ns') ?? value);
    case 'durations':
      return Array.isArray(value) ? value.map((item: Json) => formatDuration(item, 'ns') ?? item) : value;
    case 'size':
      return formatSize(value) ?? value;
    case 'object':
      return isObject(value) ? partsToYaml(field, value) : value;
    case 'objects':
      return Array.isArray(value)
        ? value.map((item: Json) => (isObject(item) ? partsToYaml(field, item) : item))
        : value;
    default:
      return value;
  }
}

function partsToYaml(field: Field, value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const part = field.parts?.[name];
      if (!part) return [[name, item] as const];
      return equalJson(item, part.default) ? [] : [[name, toYaml(part, item)] as const];
    }),
  );
}

/** A limit: `no limit`, or its number or size. */
export function limitText(limit: bigint, isSize: boolean): string {
  if (limit < 0n) return 'no limit';
  return isSize ? sizeText(limit) : formatCount(limit);
}

/** An exact size, as in a specification: `1GiB`. */
export function sizeText(bytes: bigint): string {
  return formatSize(integer(bytes)) ?? formatCount(bytes);
}
