import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { expect, test } from 'vitest';
import { murmur2, partitionOf } from '../../../../src/brokers/kafka/routing/partitioner.ts';
import { runs } from '../../../setup/runs.ts';

/** `UtilsTest.testMurmur2` of Kafka's clients, and the same method's results for an empty key and one in UTF-8. */
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['', 275646681],
  ['é😀', 1501228757],
])('the hash of %j is that of the Java client', (key, expected) => {
  expect(murmur2(new TextEncoder().encode(key))).toBe(expected);
});

test('bytes are hashed wherever they stand in their buffer', () => {
  const bytes = new TextEncoder().encode('__foobar__');
  expect(murmur2(bytes.subarray(2, 8))).toBe(-790332482);
});

test('kafkajs sends each key to the same partition', () => {
  const choose = Partitioners.DefaultPartitioner();
  const anyKey = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.integer().map(String));
  fc.assert(
    fc.property(anyKey, fc.integer({ min: 1, max: 500 }), (key, partitions) => {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        ...{ partitionId, leader: 1, partitionErrorCode: 0, replicas: [1], isr: [1] },
      }));
      const message = { key: Buffer.from(key), value: '' };
      expect(partitionOf(key, partitions)).toBe(choose({ topic: 't', partitionMetadata, message }));
    }),
    { numRuns: runs(500) },
  );
});
