import type { PatternKinds } from '../../../model/index.ts';
import { eventStore } from './event-store.ts';
import { eventStream } from './event-stream.ts';
import { fanOut } from './fan-out.ts';
import { workQueue } from './work-queue.ts';

export const patterns: PatternKinds = {
  'event-stream': eventStream,
  'event-store': eventStore,
  'work-queue': workQueue,
  'fan-out': fanOut,
};
