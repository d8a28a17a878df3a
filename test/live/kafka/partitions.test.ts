import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { partitionOf } from '../../../src/brokers/kafka/routing/partitioner.ts';
import { freshPrefix, LINES } from './lines.ts';
import { Stranger } from './stranger.ts';

const PARTITIONS = 7;
const KEYS = [
  '',
  '42',
  'order-1',
  'Łódź',
  '😀',
  'x'.repeat(300),
  ...Array.from({ length: 60 }, (_, i) => `k${i}`),
];

for (const line of LINES) {
  const cluster = inject('kafka')[line];
  describe.skipIf(!cluster)(`partitions of Kafka ${cluster?.version}`, () => {
    const prefix = freshPrefix();
    let stranger: Stranger;

    beforeEach(async () => {
      stranger = await Stranger.connect(cluster?.bootstrap ?? [], prefix);
    });
    afterEach(() => stranger.close());

    test('hold the keys that the router says', async () => {
      await stranger.create(`${prefix}keys`, PARTITIONS);
      const found = await stranger.partitionsOf(`${prefix}keys`, KEYS);
      expect(found).toEqual(new Map(KEYS.map((key) => [key, partitionOf(key, PARTITIONS)])));
    });
  });
}
