import { FOREVER, type TopicConfig } from './type.ts';

/** How the files of a log are cut, written and removed. */
export const LOG: Readonly<Record<string, TopicConfig>> = {
  'file.delete.delay.ms': {
    type: 'long',
    unit: 'ms',
    default: '60000',
    minimum: 0,
    doc: 'How long a file is kept after its segment was deleted.',
  },
  'flush.messages': {
    type: 'long',
    default: FOREVER,
    minimum: 1,
    doc: 'After how many records the log is written through to the disk. Replication is the better safety.',
  },
  'flush.ms': {
    type: 'long',
    unit: 'ms',
    default: FOREVER,
    minimum: 0,
    doc: 'After what time the log is written through to the disk. Replication is the better safety.',
  },
  'index.interval.bytes': {
    type: 'int',
    unit: 'bytes',
    default: '4096',
    minimum: 0,
    doc: 'After how many bytes of log the offset index gets an entry.',
  },
  preallocate: {
    type: 'boolean',
    default: 'false',
    doc: 'Whether a segment’s file is created at its full size.',
  },
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
    type: 'long',
    unit: 'ms',
    default: '0',
    minimum: 0,
    doc: 'A random time that `segment.ms` is shortened by, so that not all segments are closed at once.',
  },
  'segment.ms': {
    type: 'long',
    unit: 'ms',
    default: '604800000',
    minimum: 1,
    doc: 'The age at which a partition begins a new file, even if it is not full.',
  },
};
