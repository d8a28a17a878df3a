import { entriesOf, sizeOf } from '../move/message-headers.ts';

/** A value of a header. Bytes that are no text are shown as Latin-1. */
export type HeaderValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | readonly HeaderValue[]
  | ReadonlyMap<string, HeaderValue>;

/** Levels of nested values; what is deeper is no death, and no text to compare. */
const DEPTH = 8;

/** @param bytes a value with its type in front. @throws RangeError for what is not understood */
export function decodeValue(bytes: Buffer, depth = 0): HeaderValue {
  if (depth > DEPTH) throw new RangeError('the headers are nested too deep');
  const data = bytes.subarray(1);
  const type = String.fromCharCode(bytes.readUInt8(0));
  const simple = SIMPLE[type];
  if (simple) return simple(data);
  const inner = data.subarray(4, 4 + data.readUInt32BE(0));
  if (type === 'F') {
    return new Map(entriesOf(inner).map(({ key, value }) => [key, decodeValue(value, depth + 1)]));
  }
  if (type !== 'A') throw new RangeError(`a value of the unknown type ${type}`);
  const items: HeaderValue[] = [];
  for (let at = 0; at < inner.length; ) {
    const end = at + 1 + sizeOf(inner, at);
    items.push(decodeValue(inner.subarray(at, end), depth + 1));
    at = end;
  }
  return items;
}

/** By type. https://www.rabbitmq.com/amqp-0-9-1-errata#section_3 */
const SIMPLE: Readonly<Record<string, (data: Buffer) => HeaderValue>> = {
  V: () => null,
  t: (data) => data.readUInt8(0) !== 0,
  b: (data) => data.readInt8(0),
  B: (data) => data.readUInt8(0),
  s: (data) => data.readInt16BE(0),
  u: (data) => data.readUInt16BE(0),
  I: (data) => data.readInt32BE(0),
  i: (data) => data.readUInt32BE(0),
  l: (data) => data.readBigInt64BE(0),
  f: (data) => data.readFloatBE(0),
  d: (data) => data.readDoubleBE(0),
  D: (data) => data.readUInt32BE(1) / 10 ** data.readUInt8(0),
  T: (data) => new Date(Number(data.readBigUInt64BE(0)) * 1000),
  S: (data) => data.toString('utf8', 4),
  x: (data) => data.toString('latin1', 4),
};

/** As people compare it: `5`, `true`, a list as JSON. */
export function valueText(value: HeaderValue): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'object'
      ? JSON.stringify(plain(value))
      : String(value);
}

function plain(value: HeaderValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return typeof value === 'bigint' ? String(value) : value;
}
