import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reader, Writer } from '../../../../../src/brokers/kafka/session/protocol/bytes.ts';
import { ApiVersions, Metadata } from '../../../../../src/brokers/kafka/session/protocol/cluster.ts';
import {
  boolean,
  codecOf,
  decodeResponse,
  float64,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  string,
} from '../../../../../src/brokers/kafka/session/protocol/codec.ts';
import {
  isOurRate,
  isOurThrottle,
  ourRate,
  ourThrottle,
} from '../../../../../src/brokers/kafka/session/reassignment/throttle.ts';
import { codePoint } from '../../../../setup/code-point.ts';

const message = codecOf({
  id: int32,
  small: int16,
  large: int64,
  ratio: float64,
  yes: boolean,
  name: string,
  note: nullableString,
  items: [{ key: string, values: nullable([int32]) }],
});

const values = fc.record({
  id: fc.integer(),
  small: fc.integer({ min: -32_768, max: 32_767 }),
  large: fc.maxSafeInteger(),
  ratio: fc.double({ noNaN: true }),
  yes: fc.boolean(),
  // Past the sizes at which the buffer grows, and at which a length takes a second byte.
  name: fc.string({ unit: codePoint, maxLength: 700 }).map((text) => text.toWellFormed()),
  note: fc.option(fc.string({ maxLength: 200 })),
  items: fc.array(
    fc.record({
      key: fc.string({ maxLength: 30 }),
      values: fc.option(fc.array(fc.integer(), { maxLength: 200 })),
    }),
    { maxLength: 40 },
  ),
});

test.each([false, true])('what is written is read again (flexible: %s)', (flexible) => {
  fc.assert(
    fc.property(values, (value) => {
      const writer = new Writer(flexible);
      message.write(writer, value);
      expect(message.read(new Reader(writer.bytes(), flexible))).toEqual(value);
    }),
  );
});

test('a message that was cut off is an error wherever it was cut', () => {
  const writer = new Writer(true);
  const value = { id: 1, small: 2, large: 3, ratio: 0.5, yes: true, name: 'x', note: null, items: [] };
  message.write(writer, value);
  const whole = writer.bytes();
  for (let length = 0; length < whole.length; length++) {
    expect(() => message.read(new Reader(whole.subarray(0, length), true))).toThrow(RangeError);
  }
});

test('tagged fields that we do not know are passed over', () => {
  const bytes = Buffer.from([0, 0, 0, 7, 2, 9, 1, 0xff, 200, 1, 2, 0xaa, 0xbb, 5]);
  const reader = new Reader(bytes, true);
  expect(codecOf({ id: int32 }).read(reader)).toEqual({ id: 7 });
  expect(reader.int8()).toBe(5);
});

test('a broker that is too old for our ApiVersions answers in the oldest form', () => {
  const response = Buffer.from([0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 2]);
  expect(decodeResponse(ApiVersions, response)).toEqual({
    ...{ error: 0, ranges: [{ key: 18, min: 0, max: 2 }], supported: [], finalized: [] },
  });
});

test('a question is what the protocol says, byte for byte', () => {
  const writer = new Writer(Metadata.flexible);
  Metadata.request.write(writer, { topics: ['ab'], autoCreate: false });
  expect([...writer.bytes()]).toEqual([0, 0, 0, 1, 0, 2, 97, 98, 0]);
});

test('our throttles are told from those of others', () => {
  expect(ourRate(50_000_000)).toBe('50000417');
  expect(isOurRate(ourRate(1))).toBe(true);
  for (const rate of ['50000000', '417', '', '-1', '10000000417x']) expect(isOurRate(rate)).toBe(false);
  expect(
    ourThrottle([
      [0, 1],
      [0, 2],
    ]),
  ).toBe('0:1,0:2,0:1');
  expect(isOurThrottle(ourThrottle([[3, 1]]))).toBe(true);
  for (const list of ['', '*', '0:1', '0:1,0:2', '0:1,1:1']) expect(isOurThrottle(list)).toBe(false);
});
