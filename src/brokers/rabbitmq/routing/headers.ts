import { isExactInt, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../version.ts';

/** Matching of a headers exchange. https://www.rabbitmq.com/docs/exchanges#headers */

/** What a binding lets pass: everything, nothing, or what its arguments say. */
export type Extent = 'everything' | 'nothing' | 'some';

export function headersExtent(args: JsonObject): Extent {
  if (comparable(args).length > 0) return 'some';
  return isAny(args) ? 'nothing' : 'everything';
}

/** Whether a headers binding lets a message with these headers pass, on a broker of this version. */
export function headersMatch(args: JsonObject, headers: JsonObject, version: string): boolean {
  const matches = ([name, wanted]: [string, Json]): boolean => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (value === undefined) return false;
    return isVoid(wanted) || amqpValue(wanted, version) === amqpValue(sent(value, version), version);
  };
  return isAny(args) ? comparable(args).some(matches) : comparable(args).every(matches);
}

/** The arguments that are compared: `x-*` ones only where the mode says so, and never `x-match` itself. */
export function comparable(args: JsonObject): [string, Json][] {
  const withX = String(args['x-match'] ?? 'all').endsWith('-with-x');
  return Object.entries(args).filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')));
}

function isAny(args: JsonObject): boolean {
  return String(args['x-match'] ?? 'all').startsWith('any');
}

function isVoid(value: Json): boolean {
  return value === null || (isObject(value) && value.$type === 'void');
}

/** From 3.13 the broker compares a timestamp of a message in milliseconds with that of a binding in seconds. */
function sent(value: Json, version: string): Json {
  if (!isObject(value) || value.$type !== 'timestamp' || !atLeast({ version }, '3.13')) return value;
  return isExactInt(value.value)
    ? { $int: (BigInt(value.value.$int) * 1000n).toString() }
    : Number(value.value) * 1000;
}

/** Text that is equal for equal AMQP values. Values count, not type tags: a short 1 is a long 1. */
function amqpValue(value: Json, version: string): string {
  if (isVoid(value)) return 'void';
  if (isObject(value) && typeof value.$type === 'string') {
    const inner = value.value ?? null;
    if (typeof inner === 'number') {
      if (value.$type === 'double') return double(inner, version);
      if (value.$type === 'float') return double(Math.fround(inner), version);
    }
    return amqpValue(inner, version);
  }
  if (isExactInt(value)) return value.$int;
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : double(value, version);
  return JSON.stringify(value);
}

/** Until 3.12 an integer equals the double of the same value, from 3.13 it does not. */
function double(value: number, version: string): string {
  return atLeast({ version }, '3.13') ? `double ${value}` : String(value);
}
