import type { PatternKinds } from '../../../model/index.ts';
import { eventStore } from './event-store.ts';
import { eventStream } from './event-stream.ts';

export const patterns: PatternKinds = {
  'event-stream': eventStream,
  'event-store': eventStore,
  'work-queue': {
    absent:
      'Kafka assigns partitions to consumers, not single records, and keeps records that were processed. Use an event-stream with retries and dead-letters, read by one consumer group',
  },
  'fan-out': {
    absent:
      'every consumer group of a topic reads all of its records. Use an event-stream, with a group for each subscriber',
  },
};
