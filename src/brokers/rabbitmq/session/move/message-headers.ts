import { headerFrame, headerPayload, shortTextAt } from './frames.ts';

/** Headers that a quorum queue adds to what it delivers again. */
const COUNTS: ReadonlySet<string> = new Set(['x-delivery-count', 'x-acquired-count']);

/** Where the flags of the properties stand in a content header, and the properties after them. */
const FLAGS = 12;
const PROPERTIES = 14;
const CONTENT_TYPE = 0x8000;
const CONTENT_ENCODING = 0x4000;
const HEADERS = 0x2000;

/**
 * A content header frame without the counts of a quorum queue: consumers would read the count of another queue, and
 * in a classic one it would never change. All else stays as it is, byte by byte; also the whole frame where something
 * in it is not understood.
 */
export function withoutCounts(frame: Buffer): Buffer {
  const payload = headerPayload(frame);
  const flags = payload.readUInt16BE(FLAGS);
  if ((flags & HEADERS) === 0) return frame;
  try {
    let start = PROPERTIES;
    for (const flag of [CONTENT_TYPE, CONTENT_ENCODING]) {
      if (flags & flag) start += 1 + payload.readUInt8(start);
    }
    const size = payload.readUInt32BE(start);
    const table = payload.subarray(start + 4, start + 4 + size);
    const entries = entriesOf(table);
    const kept = entries.filter(({ key }) => !COUNTS.has(key)).map(({ bytes }) => bytes);
    if (kept.length === entries.length) return frame;
    const headers = Buffer.concat(kept);
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(headers.length);
    const rest = payload.subarray(start + 4 + size);
    const changed = Buffer.concat([payload.subarray(0, start), length, headers, rest]);
    return headerFrame(frame.readUInt16BE(1), changed);
  } catch (error) {
    if (error instanceof RangeError) return frame;
    throw error;
  }
}

/** @throws RangeError for a table that is cut off, or holds an unknown type */
function entriesOf(table: Buffer): { key: string; bytes: Buffer }[] {
  const entries: { key: string; bytes: Buffer }[] = [];
  for (let start = 0; start < table.length; ) {
    const name = shortTextAt(table, start);
    const value = start + 1 + name.length;
    const end = value + 1 + sizeOf(table, value);
    if (end > table.length) throw new RangeError('the table is cut off');
    entries.push({ key: name.toString('latin1'), bytes: table.subarray(start, end) });
    start = end;
  }
  return entries;
}

/** Bytes of values by their type. https://www.rabbitmq.com/amqp-0-9-1-errata#section_3 */
const SIZES = new Map(
  Object.entries({ V: 0, t: 1, b: 1, B: 1, s: 2, u: 2, I: 4, i: 4, f: 4, D: 5, l: 8, d: 8, T: 8 }),
);
const WITH_LENGTH = new Set(['S', 'x', 'A', 'F']);

function sizeOf(table: Buffer, at: number): number {
  const type = String.fromCharCode(table.readUInt8(at));
  if (WITH_LENGTH.has(type)) return 4 + table.readUInt32BE(at + 1);
  const size = SIZES.get(type);
  if (size === undefined) throw new RangeError(`a value of the unknown type ${type}`);
  return size;
}
