import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerFrame, tableBytes } from '../../../../src/brokers/rabbitmq/session/move/frames.ts';
import { parseHeader } from '../../../../src/brokers/rabbitmq/session/move/message-headers.ts';
import { MARK, numberOf, readLetter } from '../../../../src/brokers/rabbitmq/session/redrive/letters.ts';
import { marked } from '../../../../src/brokers/rabbitmq/session/redrive/marking.ts';

const HEADERS = 0x2000;

/** A content header frame with these flags and properties. */
function frameOf(flags: number, properties: Uint8Array): Buffer {
  const head = Buffer.alloc(14);
  head.writeUInt16BE(60, 0);
  head.writeUInt16BE(flags, 12);
  return headerFrame(1, Buffer.concat([head, properties]));
}

const values = fc.oneof(fc.string({ maxLength: 20 }), fc.boolean(), fc.nat());
const tables = fc.dictionary(fc.string({ maxLength: 20 }), values, { maxKeys: 8 });

test('whatever a client wrote into the properties of a message, reading it ends without an error', () => {
  fc.assert(
    fc.property(fc.nat(0xffff), fc.uint8Array({ maxLength: 80 }), (flags, bytes) => {
      const { letter } = readLetter(frameOf(flags, bytes), 1, 'dead');
      for (const name of ['x-death', 'a', '__proto__']) letter.header(name);
      expect(letter.redriven).toBe(0);
    }),
  );
  // Lists in lists, deeper than a stack.
  let deep = Buffer.alloc(0);
  for (let i = 0; i < 5000; i++) {
    const size = Buffer.alloc(5, 'A');
    size.writeUInt32BE(deep.length, 1);
    deep = Buffer.concat([size, deep]);
  }
  const entry = Buffer.concat([Buffer.from('\u0007x-death'), deep]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(entry.length);
  const { letter } = readLetter(frameOf(HEADERS, Buffer.concat([size, entry])), 1, 'dead');
  expect([letter.source, letter.header('x-death')]).toEqual([undefined, undefined]);
});

test('a mark is read as it was written, and leaves other headers as they are', () => {
  fc.assert(
    fc.property(tables, fc.nat(0xffffff), fc.string({ maxLength: 30 }), (table, number, exchange) => {
      const content = parseHeader(frameOf(HEADERS, tableBytes(table)));
      const origin = { exchange, keys: ['k', exchange] };
      const mark = { count: 3, run: 'r1', number, time: 1_700_000_000_000, from: 'dead', origin };
      const once = marked(content, mark);
      const twice = marked(parseHeader(once), { ...mark, count: 4, run: 'r2' }, ['c1', 'c2']);
      const others = (frame: Buffer) =>
        parseHeader(frame)
          .entries.filter(({ key }) => key !== MARK && key !== 'CC')
          .map(({ bytes }) => bytes.toString('hex'));
      const kept = content.entries.filter(({ key }) => key !== MARK && key !== 'CC' && !/^x-/.test(key));
      expect(others(once)).toEqual(expect.arrayContaining(kept.map(({ bytes }) => bytes.toString('hex'))));
      expect(others(twice)).toEqual(others(once));
      expect([numberOf(once, 'r1'), numberOf(once, 'r2'), numberOf(twice, 'r2')]).toEqual([
        number || 0,
        undefined,
        number || 0,
      ]);
      const read = readLetter(twice, 1, 'dead');
      expect([read.letter.redriven, read.run, read.origin, read.letter.key]).toEqual([4, 'r2', origin, 'k']);
      expect(read.letter.header('CC')).toBe('["c1","c2"]');
    }),
  );
});
