import { headerFrame, headerPayload, shortTextAt, uint32 } from './frames.ts';

/** Headers that a quorum queue adds to what it delivers again. */
export const COUNTS: ReadonlySet<string> = new Set(['x-delivery-count', 'x-acquired-count']);

/** Where the flags of the properties stand in a content header, and the properties after them. */
const FLAGS = 12;
const PROPERTIES = 14;
const CONTENT_TYPE = 0x8000;
const CONTENT_ENCODING = 0x4000;
const HEADERS = 0x2000;

/** A content header, taken apart. */
export interface MessageHeader {
  readonly payload: Buffer;
  readonly flags: number;
  /** Where the table of headers begins, with its length, or would; and where what comes after it does. */
  readonly start: number;
  readonly end: number;
  readonly entries: readonly HeaderEntry[];
}

export interface HeaderEntry {
  readonly key: string;
  /** With the key. */
  readonly bytes: Buffer;
  /** With its type. */
  readonly value: Buffer;
}

/** @throws RangeError where something in the frame is not understood */
export function parseHeader(frame: Buffer): MessageHeader {
  const payload = headerPayload(frame);
  const flags = payload.readUInt16BE(FLAGS);
  let start = PROPERTIES;
  for (const flag of [CONTENT_TYPE, CONTENT_ENCODING]) {
    if (flags & flag) start += 1 + payload.readUInt8(start);
  }
  if ((flags & HEADERS) === 0) return { payload, flags, start, end: start, entries: [] };
  const end = start + 4 + payload.readUInt32BE(start);
  if (end > payload.length) throw new RangeError('the headers are cut off');
  return { payload, flags, start, end, entries: entriesOf(payload.subarray(start + 4, end)) };
}

/** The frame of a header with other entries; all else stays as it is, byte by byte. */
export function withEntries(
  channel: number,
  { payload, flags, start, end }: MessageHeader,
  entries: readonly Buffer[],
): Buffer {
  const headers = Buffer.concat(entries);
  const before = Buffer.from(payload.subarray(0, start));
  before.writeUInt16BE(flags | HEADERS, FLAGS);
  return headerFrame(
    channel,
    Buffer.concat([before, uint32(headers.length), headers, payload.subarray(end)]),
  );
}

/**
 * A content header frame without the counts of a quorum queue: consumers would read the count of another queue, and
 * in a classic one it would never change. All else stays as it is, byte by byte; also the whole frame where something
 * in it is not understood.
 */
export function withoutCounts(frame: Buffer): Buffer {
  try {
    const header = parseHeader(frame);
    const kept = header.entries.filter(({ key }) => !COUNTS.has(key)).map(({ bytes }) => bytes);
    if (kept.length === header.entries.length) return frame;
    return withEntries(frame.readUInt16BE(1), header, kept);
  } catch (error) {
    if (error instanceof RangeError) return frame;
    throw error;
  }
}

/** @param table without its length @throws RangeError for a table that is cut off, or holds an unknown type */
export function entriesOf(table: Buffer): HeaderEntry[] {
  const entries: HeaderEntry[] = [];
  for (let start = 0; start < table.length; ) {
    const name = shortTextAt(table, start);
    const value = start + 1 + name.length;
    const end = value + 1 + sizeOf(table, value);
    if (end > table.length) throw new RangeError('the table is cut off');
    const bytes = table.subarray(start, end);
    entries.push({ key: name.toString('latin1'), bytes, value: table.subarray(value, end) });
    start = end;
  }
  return entries;
}

/** Bytes of values by their type. https://www.rabbitmq.com/amqp-0-9-1-errata#section_3 */
const SIZES = new Map(
  Object.entries({ V: 0, t: 1, b: 1, B: 1, s: 2, u: 2, I: 4, i: 4, f: 4, D: 5, l: 8, d: 8, T: 8 }),
);
const WITH_LENGTH = new Set(['S', 'x', 'A', 'F']);

export function sizeOf(table: Buffer, at: number): number {
  const type = String.fromCharCode(table.readUInt8(at));
  if (WITH_LENGTH.has(type)) return 4 + table.readUInt32BE(at + 1);
  const size = SIZES.get(type);
  if (size === undefined) throw new RangeError(`a value of the unknown type ${type}`);
  return size;
}
