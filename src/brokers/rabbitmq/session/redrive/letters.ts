import type { DeadLetter } from '../../../../model/index.ts';
import { shortTextAt } from '../move/frames.ts';
import { entriesOf, type MessageHeader, parseHeader, sizeOf } from '../move/message-headers.ts';

/** The header by which a redriven message is known: how often, by which run, and where it was published at first. */
export const MARK = 'x-brokerform-redrive';

/** Where a message was published at first. */
export interface Origin {
  readonly exchange: string;
  /** The routing key, then those of `CC`. */
  readonly keys: readonly string[];
}

/** A dead letter of a queue, with what takes to publish it. */
export interface RabbitLetter {
  readonly letter: DeadLetter;
  /** Undefined where its properties are not understood. */
  readonly content: MessageHeader | undefined;
  readonly origin?: Origin;
  /** The run that redrove it last. */
  readonly run?: string;
  readonly userId?: string;
  /** How often a quorum queue delivered it before. */
  readonly deliveries: number;
}

interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly time: number | undefined;
  readonly exchange: string;
  readonly keys: readonly string[];
}

/**
 * A message by its content header.
 * @param queue the queue that it is in now
 */
export function readLetter(frame: Buffer, size: number, queue: string): RabbitLetter {
  let content: MessageHeader;
  let properties: ReturnType<typeof propertiesOf>;
  try {
    content = parseHeader(frame);
    properties = propertiesOf(content);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { content: undefined, deliveries: 0, letter: { size, redriven: 0, header: () => undefined } };
  }
  const header = (name: string) => headerOf(content, name);
  const deaths = deathsOf(header('x-death'));
  const died = sourceOf(deaths, queue);
  const mark = markOf(header(MARK));
  const origin = mark.origin ?? (died && { exchange: died.exchange, keys: died.keys });
  const times = deaths.flatMap(({ time }) => time ?? []);
  const { messageId, userId } = properties;
  const [key] = origin?.keys ?? [];
  const letter: DeadLetter = {
    ...{ size, redriven: mark.count },
    ...(messageId !== undefined && { id: messageId }),
    ...(died && { source: died.queue, reason: died.reason }),
    ...(times.length > 0 && { time: times.reduce((last, time) => Math.max(last, time)) }),
    ...(key !== undefined && { key }),
    header: (name) => {
      const value = header(name);
      return value === undefined ? undefined : valueText(value);
    },
  };
  return {
    ...{ letter, content, deliveries: countOf(header('x-delivery-count')) },
    ...(origin && { origin }),
    ...(mark.run !== undefined && { run: mark.run }),
    ...(userId !== undefined && { userId }),
  };
}

/** A value that is not understood is none. */
function headerOf({ entries }: MessageHeader, name: string): HeaderValue | undefined {
  // Keys are bytes, compared as Latin-1.
  const wanted = Buffer.from(name).toString('latin1');
  const entry = entries.find(({ key }) => key === wanted);
  try {
    return entry && decodeValue(entry.value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The last one first, as brokers list them (seen on 3.10.8 and 4.3.6). Clients can write anything there. */
function deathsOf(value: HeaderValue | undefined): Death[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: HeaderValue): Death[] => {
    if (!(one instanceof Map)) return [];
    const [queue, reason, time, exchange, keys] = ['queue', 'reason', 'time', 'exchange', 'routing-keys'].map(
      (key): HeaderValue | undefined => one.get(key),
    );
    if (typeof queue !== 'string' || queue === '') return [];
    return [
      {
        queue,
        reason: typeof reason === 'string' ? reason : 'unknown',
        time: time instanceof Date && !Number.isNaN(time.getTime()) ? time.getTime() : undefined,
        exchange: typeof exchange === 'string' ? exchange : '',
        keys: textsIn(keys),
      },
    ];
  });
}

/** Deaths by a consumer's doing; the others can be those of a queue in which a message only waits for its next try. */
const REJECTED: ReadonlySet<string> = new Set(['rejected', 'delivery_limit']);

/** The death in the queue that a message is to be brought back to: the last one that rejected it, else the last one. */
function sourceOf(deaths: readonly Death[], queue: string): Death | undefined {
  const elsewhere = deaths.filter((death) => death.queue !== queue);
  return elsewhere.find(({ reason }) => REJECTED.has(reason)) ?? elsewhere[0];
}

function markOf(value: HeaderValue | undefined): { count: number; run?: string; origin?: Origin } {
  if (!(value instanceof Map)) return { count: 0 };
  const [run, exchange, keys] = ['run', 'exchange', 'routing-keys'].map((key) => value.get(key));
  return {
    count: countOf(value.get('count')),
    ...(typeof run === 'string' && { run }),
    ...(typeof exchange === 'string' && { origin: { exchange, keys: textsIn(keys) } }),
  };
}

/** The number of a message in its run, by which the broker's return of it is recognized. */
export function numberOf(frame: Buffer, run: string): number | undefined {
  try {
    const mark = headerOf(parseHeader(frame), MARK);
    if (!(mark instanceof Map) || mark.get('run') !== run) return undefined;
    return countOf(mark.get('number'));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function textsIn(value: HeaderValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one: HeaderValue) => typeof one === 'string') : [];
}

function countOf(value: HeaderValue | undefined): number {
  const count = typeof value === 'bigint' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** Properties behind the headers: their flag, and how many bytes each has; 0: a short text. */
const AFTER = [
  ['deliveryMode', 0x1000, 1],
  ['priority', 0x0800, 1],
  ['correlationId', 0x0400, 0],
  ['replyTo', 0x0200, 0],
  ['expiration', 0x0100, 0],
  ['messageId', 0x0080, 0],
  ['timestamp', 0x0040, 8],
  ['type', 0x0020, 0],
  ['userId', 0x0010, 0],
] as const;

function propertiesOf({ payload, flags, end }: MessageHeader): { messageId?: string; userId?: string } {
  const found: { messageId?: string; userId?: string } = {};
  let at = end;
  for (const [name, flag, size] of AFTER) {
    if ((flags & flag) === 0 || at >= payload.length) continue;
    if (name === 'messageId' || name === 'userId') found[name] = shortTextAt(payload, at).toString();
    at += size === 0 ? 1 + payload.readUInt8(at) : size;
  }
  return found;
}

/** A value of a header. Bytes that are no text are shown as Latin-1. */
type HeaderValue =
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
function decodeValue(bytes: Buffer, depth = 0): HeaderValue {
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
function valueText(value: HeaderValue): string {
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
