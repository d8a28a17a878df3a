import { isExactInt, isObject, type Json, type JsonObject } from '../../../model/index.ts';

/** A value as amqplib encodes it; `{ '!': type, value }` names the AMQP type. */
type AmqpValue = null | boolean | string | AmqpValue[] | { '!': string; value: unknown };
export type AmqpTable = Record<string, AmqpValue>;

/**
 * JsonObject as an AMQP table, with the types that the management API would give them: amqplib alone would take the
 * smallest integer that fits, and 1 as a short and 1 as a long are two bindings for the broker.
 */
export function toAmqpTable(args: JsonObject): AmqpTable {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, toAmqpValue(value)]));
}

function toAmqpValue(value: Json): AmqpValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return { '!': Number.isInteger(value) ? 'long' : 'double', value };
  if (Array.isArray(value)) return value.map(toAmqpValue);
  if (isExactInt(value)) return { '!': 'long', value: value.$int };
  const table = value as JsonObject;
  const type = table.$type;
  if (typeof type !== 'string') return { '!': 'object', value: toAmqpTable(table) };
  if (type === 'void') return null;
  const inner = table.value ?? null;
  if (type === 'longstr' || type === 'string')
    return typeof inner === 'string' ? inner : JSON.stringify(inner);
  return { '!': type === 'bool' ? 'boolean' : type, value: isExactInt(inner) ? inner.$int : inner };
}

/** Types that JSON says as well, with the values for which it does. */
const PLAIN_TYPES: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  long: (value) => isExactInt(value) || Number.isInteger(value),
  double: (value) => typeof value === 'number' && !Number.isInteger(value),
  longstr: (value) => typeof value === 'string',
  string: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  boolean: (value) => typeof value === 'boolean',
};

/** JsonObject as the management API takes them; undefined where JSON cannot say their AMQP types. */
export function toHttpTable(args: JsonObject): JsonObject | undefined {
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(args)) {
    const plain = toHttpValue(value);
    if (plain === undefined) return undefined;
    entries.push([key, plain]);
  }
  return Object.fromEntries(entries);
}

function toHttpValue(value: Json): Json | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(toHttpValue);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (!isObject(value) || isExactInt(value)) return value;
  if (typeof value.$type !== 'string') return toHttpTable(value);
  return PLAIN_TYPES[value.$type]?.(value.value) ? value.value : undefined;
}
