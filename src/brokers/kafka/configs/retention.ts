import { FOREVER, type TopicConfig } from './type.ts';

const NO_LIMIT = { '-1': 'no limit' };

/** What becomes of old records, and where they are kept. */
export const RETENTION: Readonly<Record<string, TopicConfig>> = {
  'cleanup.policy': {
    type: 'list',
    values: ['compact', 'delete'],
    default: 'delete',
    doc: 'What becomes of old records: `delete` removes them by `retention.ms` and `retention.bytes`, `compact` keeps the newest record of each key, and both together do both.',
  },
  'delete.retention.ms': {
    type: 'long',
    unit: 'ms',
    default: '86400000',
    minimum: 0,
    doc: 'How long a compacted topic keeps a tombstone, the record without a value that deletes its key. A reader that needs longer for the whole log may miss deletions.',
  },
  'local.retention.bytes': {
    type: 'long',
    unit: 'bytes',
    default: '-2',
    minimum: 0,
    words: { '-1': 'no limit', '-2': 'as retention.bytes' },
    doc: 'With tiered storage: how much of a partition stays on the brokers’ own disks.',
  },
  'local.retention.ms': {
    type: 'long',
    unit: 'ms',
    default: '-2',
    minimum: 0,
    words: { '-1': 'no limit', '-2': 'as retention.ms' },
    doc: 'With tiered storage: how long records stay on the brokers’ own disks.',
  },
  'max.compaction.lag.ms': {
    type: 'long',
    unit: 'ms',
    default: FOREVER,
    minimum: 1,
    doc: 'The longest that a record may stay uncompacted.',
  },
  'min.cleanable.dirty.ratio': {
    type: 'double',
    default: '0.5',
    minimum: 0,
    maximum: 1,
    doc: 'How much of a compacted log must be uncompacted before it is cleaned: low saves space, high saves work.',
  },
  'min.compaction.lag.ms': {
    type: 'long',
    unit: 'ms',
    default: '0',
    minimum: 0,
    doc: 'The shortest that a record stays uncompacted, so that readers that are no further behind see every record.',
  },
  'remote.log.copy.disable': {
    type: 'boolean',
    default: 'false',
    since: [3, 9],
    doc: 'With tiered storage: makes what is already in remote storage read only, and copies nothing more.',
  },
  'remote.log.delete.on.disable': {
    type: 'boolean',
    default: 'false',
    since: [3, 9],
    doc: 'Whether what is in remote storage is deleted when tiered storage is turned off for the topic.',
  },
  'remote.storage.enable': {
    type: 'boolean',
    default: 'false',
    doc: 'Turns tiered storage on for the topic. Not for compacted topics.',
  },
  'retention.bytes': {
    type: 'long',
    unit: 'bytes',
    default: '-1',
    minimum: 0,
    words: NO_LIMIT,
    doc: 'How large each partition may become before its oldest segments are deleted, where `cleanup.policy` has `delete`. For the whole topic, multiply by the partitions.',
  },
  'retention.ms': {
    type: 'long',
    unit: 'ms',
    default: '604800000',
    minimum: 0,
    words: NO_LIMIT,
    doc: 'How long records are kept, where `cleanup.policy` has `delete`: how long a consumer may be away.',
  },
};
