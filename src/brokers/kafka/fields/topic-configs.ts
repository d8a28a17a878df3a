import { type ConfigTable, FOREVER, NO_LIMIT, off, time } from './field.ts';

/** Retention of old records, and where they are stored. */
const RETENTION: ConfigTable = {
  'cleanup.policy': {
    type: 'list',
    values: ['compact', 'delete'],
    default: 'delete',
    doc: 'What becomes of old records: `delete` removes them by `retention.ms` and `retention.bytes`, `compact` keeps the newest record of each key, and both together do both.',
  },
  'delete.retention.ms': {
    ...time,
    default: '86400000',
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
    ...time,
    default: '-2',
    words: { '-1': 'no limit', '-2': 'as retention.ms' },
    doc: 'With tiered storage: how long records stay on the brokers’ own disks.',
  },
  'max.compaction.lag.ms': {
    ...time,
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
    ...time,
    default: '0',
    doc: 'The shortest that a record stays uncompacted, so that readers that are no further behind see every record.',
  },
  'remote.log.copy.disable': {
    ...off,
    since: '3.9',
    doc: 'With tiered storage: makes what is already in remote storage read only, and copies nothing more.',
  },
  'remote.log.delete.on.disable': {
    ...off,
    since: '3.9',
    doc: 'Whether what is in remote storage is deleted when tiered storage is turned off for the topic.',
  },
  'remote.storage.enable': {
    ...off,
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
    ...time,
    default: '604800000',
    words: NO_LIMIT,
    doc: 'How long records are kept, where `cleanup.policy` has `delete`: how long a consumer may be away.',
  },
};

/** Accepted records, their format, and when they are acknowledged. */
const RECORDS: ConfigTable = {
  'compression.gzip.level': {
    type: 'int',
    default: '-1',
    minimum: 1,
    maximum: 9,
    words: { '-1': 'the default of gzip' },
    since: '3.8',
    doc: 'The level where `compression.type` is `gzip`.',
  },
  'compression.lz4.level': {
    type: 'int',
    default: '9',
    minimum: 1,
    maximum: 17,
    since: '3.8',
    doc: 'The level where `compression.type` is `lz4`.',
  },
  'compression.type': {
    type: 'text',
    values: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    default: 'producer',
    doc: 'How the broker stores records. `producer` keeps them as they were sent; anything else makes the broker compress again.',
  },
  'compression.zstd.level': {
    type: 'int',
    default: '3',
    minimum: -131072,
    maximum: 22,
    since: '3.8',
    doc: 'The level where `compression.type` is `zstd`.',
  },
  'max.message.bytes': {
    type: 'int',
    unit: 'bytes',
    default: '1048588',
    minimum: 0,
    doc: 'The largest batch of records that the topic takes, after compression.',
  },
  'message.downconversion.enable': {
    type: 'boolean',
    default: 'true',
    until: '4.0',
    doc: 'Whether records are converted for consumers that only know older formats.',
  },
  'message.format.version': {
    type: 'text',
    default: '3.0-IV1',
    until: '4.0',
    doc: 'Ignored from 3.0 on, and gone in 4.0.',
  },
  'message.timestamp.after.max.ms': {
    ...time,
    default: '3600000',
    since: '3.6',
    doc: 'Maximum by which the timestamp of a record may be ahead of the broker’s clock. No limit before 4.0.',
  },
  'message.timestamp.before.max.ms': {
    ...time,
    default: FOREVER,
    since: '3.6',
    doc: 'Maximum by which the timestamp of a record may be behind the broker’s clock.',
  },
  'message.timestamp.difference.max.ms': {
    ...time,
    default: FOREVER,
    until: '4.0',
    doc: 'Maximum difference between the timestamp of a record and the broker’s clock. Replaced by `message.timestamp.before.max.ms` and `message.timestamp.after.max.ms`.',
  },
  'message.timestamp.type': {
    type: 'text',
    values: ['CreateTime', 'LogAppendTime'],
    default: 'CreateTime',
    doc: 'Whether a record’s timestamp is the producer’s or that of its arrival. Retention goes by it.',
  },
  'min.insync.replicas': {
    type: 'int',
    default: '1',
    minimum: 1,
    doc: 'Replicas that must have a record before the broker acknowledges it to a producer with `acks=all`. With fewer in sync, such writes are rejected.',
  },
  'unclean.leader.election.enable': {
    ...off,
    doc: 'Whether a replica that lags may become leader when no other is left: the partition is available again, and records that were confirmed are lost.',
  },
};

/** Segment files: size, flush and deletion. */
const LOG: ConfigTable = {
  'errors.deadletterqueue.group.enable': {
    ...off,
    since: '4.4',
    doc: 'Whether share groups may write their dead letters to the topic.',
  },
  'file.delete.delay.ms': {
    ...time,
    default: '60000',
    doc: 'How long a file is kept after its segment was deleted.',
  },
  'flush.messages': {
    type: 'long',
    default: FOREVER,
    minimum: 1,
    doc: 'After how many records the log is written through to the disk. Replication is the better safety.',
  },
  'flush.ms': {
    ...time,
    default: FOREVER,
    doc: 'After what time the log is written through to the disk. Replication is the better safety.',
  },
  'index.interval.bytes': {
    type: 'int',
    unit: 'bytes',
    default: '4096',
    minimum: 0,
    doc: 'After how many bytes of log the offset index gets an entry.',
  },
  preallocate: { ...off, doc: 'Whether a segment’s file is created at its full size.' },
  'segment.bytes': {
    type: 'int',
    unit: 'bytes',
    default: '1073741824',
    minimum: 14,
    doc: 'The size at which a partition begins a new file. Deletion and compaction work on whole files that are closed. At least 1 MiB from 4.0 on.',
  },
  'segment.index.bytes': {
    type: 'int',
    unit: 'bytes',
    default: '10485760',
    minimum: 4,
    doc: 'The size of the index of a segment.',
  },
  'segment.jitter.ms': {
    ...time,
    default: '0',
    doc: 'A random time that `segment.ms` is shortened by, so that not all segments are closed at once.',
  },
  'segment.ms': {
    ...time,
    default: '604800000',
    minimum: 1,
    doc: 'The age at which a partition begins a new file, even if it is not full.',
  },
};

/**
 * Every topic config of Kafka 3.0 to 4.3, as the broker's own table has it (`LogConfig`, printed by
 * `java org.apache.kafka.storage.internals.log.LogConfig` of 3.7.2 and 4.3.1), and of 4.4 what dead letters need.
 * {@link https://kafka.apache.org/documentation/#topicconfigs}
 */
export const TOPIC_CONFIGS: ConfigTable = Object.fromEntries(
  Object.entries({ ...RETENTION, ...RECORDS, ...LOG }).sort(([a], [b]) => (a < b ? -1 : 1)),
);
