import { isExactInt, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { formatUnit, unitOf } from '../arguments.ts';
import schema from '../schema.json' with { type: 'json' };

const DEFINITIONS = schema.$defs as unknown as Readonly<Record<string, JsonObject>>;

/** The schema of one key of a kind's body, or of the items where it is a list; undefined where there is no such key. */
export function schemaOf(kind: string, key: string): JsonObject | undefined {
  const properties = propertiesOf(kind);
  const found = Object.hasOwn(properties, key) ? properties[key] : undefined;
  return isObject(found) ? found : undefined;
}

/** The keys of a kind's body, in the order in which people write them. */
export function keysOf(kind: string): string[] {
  return Object.keys(propertiesOf(kind));
}

function propertiesOf(kind: string): JsonObject {
  const definition = DEFINITIONS[kind];
  const body = isObject(definition?.items) ? definition.items : definition;
  return isObject(body?.properties) ? body.properties : {};
}

/** Whether a live value may be written under this key; what does not fit is written raw. */
export function fits(kind: string, key: string, value: Json): boolean {
  const found = schemaOf(kind, key);
  return found !== undefined && allows(found, value);
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
  if (type === 'object') return isObject(value) && !isExactInt(value);
  return type === 'null' ? value === null : typeof value === type;
}

/** A number as people write it where the key has a unit: `7d`, `64MiB`. */
export function humanised(key: string, value: Json, unit = unitOf(key)): Json {
  const text = unit && typeof value === 'number' && value > 0 ? formatUnit(value, unit) : undefined;
  return text === undefined || /^\d+B$/.test(text) ? value : text;
}
