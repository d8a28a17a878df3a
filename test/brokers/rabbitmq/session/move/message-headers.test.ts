import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  headerFrame,
  longText,
  shortText,
  uint32,
} from '../../../../../src/brokers/rabbitmq/session/move/frames.ts';
import { withoutCounts } from '../../../../../src/brokers/rabbitmq/session/move/message-headers.ts';

const COUNTS = ['x-delivery-count', 'x-acquired-count'];

function entry(key: string, type: string, value: Buffer): Buffer {
  return Buffer.concat([shortText(key), Buffer.from(type), value]);
}

/** A content header with these properties before, in and after the headers. */
function contentHeader(before: string | undefined, entries: readonly Buffer[], after: Buffer): Buffer {
  const table = Buffer.concat(entries);
  const flags = 0x2000 | (before === undefined ? 0 : 0xc000) | 0x0008;
  const start = Buffer.from([0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, flags >> 8, flags & 0xff]);
  const texts = before === undefined ? [] : [shortText(before), shortText('utf8')];
  return headerFrame(1, Buffer.concat([start, ...texts, uint32(table.length), table, after]));
}

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((one) => Buffer.from(one));
const value = fc.oneof(
  fc.constantFrom('V').map((type) => ({ type, value: Buffer.alloc(0) })),
  fc.constantFrom('t', 'b', 'B').chain((type) => bytes(1).map((value) => ({ type, value }))),
  fc.constantFrom('s', 'u').chain((type) => bytes(2).map((value) => ({ type, value }))),
  fc.constantFrom('I', 'i', 'f').chain((type) => bytes(4).map((value) => ({ type, value }))),
  fc.constant('D').chain((type) => bytes(5).map((value) => ({ type, value }))),
  fc.constantFrom('l', 'd', 'T').chain((type) => bytes(8).map((value) => ({ type, value }))),
  fc
    .constantFrom('S', 'x', 'A', 'F')
    .chain((type) => fc.string().map((text) => ({ type, value: longText(text) }))),
);
const others = fc
  .array(fc.tuple(fc.string({ maxLength: 9 }), value))
  .map((list) =>
    list.filter(([key]) => !COUNTS.includes(key)).map(([key, one]) => entry(key, one.type, one.value)),
  );

describe('the counts of a quorum queue', () => {
  test('are taken out, and every other byte stays', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ maxLength: 50 }), { nil: undefined }),
        others,
        others,
        bytes(7),
        (before, some, more, after) => {
          const counts = COUNTS.map((key) => entry(key, 'l', Buffer.alloc(8, 1)));
          const with_ = contentHeader(before, [...some, ...counts, ...more], after);
          expect(withoutCounts(with_)).toEqual(contentHeader(before, [...some, ...more], after));
        },
      ),
    );
  });

  test('where there are none, the frame stays', () => {
    fc.assert(
      fc.property(others, bytes(3), (some, after) => {
        const frame = contentHeader('text', some, after);
        expect(withoutCounts(frame)).toBe(frame);
      }),
    );
  });

  test('what is not understood stays: other types, and what is cut off', () => {
    const unknown = contentHeader(
      undefined,
      [entry('a', '?', Buffer.alloc(3)), entry('x-delivery-count', 'l', Buffer.alloc(8))],
      Buffer.alloc(0),
    );
    expect(withoutCounts(unknown)).toBe(unknown);
    const whole = contentHeader('t', [entry('x-delivery-count', 'l', Buffer.alloc(8))], Buffer.alloc(0));
    for (let end = 14; end < whole.length - 8; end++) {
      const cut = headerFrame(1, whole.subarray(7, 7 + end));
      expect(withoutCounts(cut)).toBe(cut);
    }
  });
});
