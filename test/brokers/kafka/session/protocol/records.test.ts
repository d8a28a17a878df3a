import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decompress } from '../../../../../src/brokers/kafka/session/protocol/compression.ts';
import {
  crc32c,
  readBatches,
  writeBatch,
} from '../../../../../src/brokers/kafka/session/protocol/records.ts';

const bytes = fc.option(
  fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data)),
  { nil: null },
);
const records = fc.array(
  fc.record({
    key: bytes,
    value: bytes,
    headers: fc.array(fc.record({ name: fc.string(), value: bytes }), { maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 20 },
);

test('a batch that was written is read as it was, also if another one is cut off behind it', async () => {
  await fc.assert(
    fc.asyncProperty(records, fc.boolean(), fc.nat(60), async (written, compressed, cut) => {
      const producer = { id: 12, epoch: 3, sequence: 40 };
      const batch = writeBatch(written, 1_700_000_000_000, compressed, producer);
      const [read, ...others] = readBatches(Buffer.concat([batch, batch.subarray(0, cut)]));
      expect(others).toEqual([]);
      expect(read).toMatchObject({ producerId: 12, isTransactional: true, codec: compressed ? 1 : 0 });
      expect(await read?.records()).toEqual(
        written.map((record, offset) => ({ ...record, offset, timestamp: 1_700_000_000_000 })),
      );
    }),
  );
});

test('damaged batches are refused, and never loop or take more than they may', async () => {
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.nat(),
      fc.nat(255),
      fc.integer({ min: 1, max: 4 }),
      async (written, at, byte, codec) => {
        const batch = writeBatch(written, 0, false);
        batch[at % batch.length] = byte;
        const read = async () => {
          for (const one of readBatches(batch)) await one.records();
        };
        await read().catch((error: Error) => expect(error).toBeInstanceOf(RangeError));
        await decompress(codec, batch.subarray(61)).catch((error: Error) =>
          expect(error.name).toBe('MalformedResponse'),
        );
      },
    ),
  );
});

test('a small batch that becomes huge is refused', async () => {
  const most = 100_000;
  const bomb = gzipSync(Buffer.alloc(2 * most));
  await expect(decompress(1, bomb, most)).rejects.toThrow('cannot be decompressed');
  // One literal byte, then copies of it: 64 bytes for every 3.
  const copies = Buffer.alloc(3 * 2_000);
  for (let at = 0; at < copies.length; at += 3) copies.set([0xfe, 1, 0], at);
  const snappy = Buffer.concat([Buffer.from([1, 0, 65]), copies]);
  await expect(decompress(2, snappy, most)).rejects.toThrow('has more than 100000 bytes');
  expect((await decompress(2, snappy)).equals(Buffer.alloc(1 + 64 * 2_000, 65))).toBe(true);
});

test('the checksum is that of Castagnoli', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});
