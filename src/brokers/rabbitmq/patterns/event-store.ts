import type { PatternKind } from '../../../model/index.ts';
import { streamKeys, streamSection } from './stream.ts';

/** Every event, from the first. */
export const eventStore: PatternKind = {
  summary: 'A topic exchange, and a stream that keeps every event.',
  intended: { 'rabbitmq/unbounded-queue': 'an event store keeps every event' },
  schema: { properties: streamKeys },
  expand: (pattern) => streamSection(pattern, {}),
};
