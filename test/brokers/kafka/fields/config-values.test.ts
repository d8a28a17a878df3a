import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serializeConfig, topicValues } from '../../../../src/brokers/kafka/fields/config-values.ts';
import { TOPIC_CONFIGS } from '../../../../src/brokers/kafka/fields/topic-configs.ts';
import { equalJson, type Json } from '../../../../src/model/index.ts';

const same: readonly (readonly [config: string, written: Json, broker: string])[] = [
  ['retention.ms', '7d', '604800000'],
  ['retention.ms', '168h', '604800000'],
  ['retention.ms', 604_800_000, '604800000'],
  ['retention.ms', '604800000', '604800000'],
  ['retention.ms', -1, '-1'],
  ['retention.ms', '-1', '-1'],
  ['retention.bytes', '1GiB', '1073741824'],
  ['retention.bytes', '1.5GB', '1500000000'],
  ['local.retention.ms', -2, '-2'],
  ['flush.messages', { $int: '9223372036854775807' }, '9223372036854775807'],
  ['min.cleanable.dirty.ratio', '0.50', '0.5'],
  ['min.cleanable.dirty.ratio', 0.001, '0.001'],
  ['min.cleanable.dirty.ratio', 1e-7, '1.0E-7'],
  ['preallocate', 'TRUE', 'true'],
  ['preallocate', false, 'false'],
  ['cleanup.policy', 'delete, compact', 'compact,delete'],
  ['cleanup.policy', ['delete', 'compact'], 'delete,compact'],
  ['cleanup.policy', [], ''],
  ['min.insync.replicas', '2', '2'],
  ['some.plugin.ratio', 0.5, '0.50'],
  ['some.plugin.list', ['a', 'b'], 'a,b'],
  ['some.plugin.flag', true, 'true'],
];

describe('values of configs', () => {
  it.each(same)('%s: %j is what a broker prints as %s', (config, written, printed) => {
    const parsed = topicValues.parse(config, written);
    expect('value' in parsed && equalJson(parsed.value, topicValues.normalize(config, printed))).toBe(true);
  });

  it.each([
    ['retention.ms', '7 days'],
    ['retention.ms', '1.5ms'],
    ['retention.ms', -5],
    ['retention.ms', true],
    ['segment.bytes', '4GiB'],
    ['max.message.bytes', '1week'],
    ['cleanup.policy', 'deleted'],
    ['compression.type', 'brotli'],
    ['min.cleanable.dirty.ratio', 1.1],
    ['min.cleanable.dirty.ratio', ''],
    ['preallocate', 1],
    ['min.insync.replicas', 0],
    ['min.insync.replicas', '2.5'],
    ['compression.zstd.level', 23],
  ] as const)('%s cannot be %j', (config, written) => {
    expect(topicValues.parse(config, written)).toHaveProperty('problem');
  });

  it('reads every default of the table as a value of its own type, and back', () => {
    for (const [name, { default: usual }] of Object.entries(TOPIC_CONFIGS)) {
      const parsed = topicValues.parse(name, usual);
      if (!('value' in parsed)) throw new Error(`${name}: ${parsed.problem}`);
      expect([name, serializeConfig(parsed.value)]).toEqual([name, usual]);
    }
  });

  it('sends what it compared: text and typed value are the same for every number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (number) => {
        const value = topicValues.normalize('retention.ms', String(number));
        expect(serializeConfig(value)).toBe(String(number));
        const written = topicValues.toYaml('retention.ms', value);
        expect(equalJson(topicValues.normalize('retention.ms', written), value)).toBe(true);
      }),
    );
  });

  it('shows them as people write them', () => {
    expect(topicValues.format('retention.ms', 86_400_000)).toBe('1d');
    expect(topicValues.format('retention.bytes', -1)).toBe('-1 (no limit)');
    expect(topicValues.format('segment.bytes', 1_073_741_824)).toBe('1GiB');
    expect(topicValues.format('cleanup.policy', ['compact', 'delete'])).toBe('compact, delete');
    expect(topicValues.format('cleanup.policy', [])).toBe('(empty)');
  });
});
