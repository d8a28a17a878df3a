import { durationKey, type PatternKind } from '../../../model/index.ts';
import { streamKeys, streamSection } from './stream.ts';

const KEEP = '7d';

/** Readers start anywhere in what is kept. */
export const eventStream: PatternKind = {
  summary:
    'A topic exchange, and a stream that keeps events for a time: each consumer starts at an offset of its choice.',
  schema: {
    properties: {
      ...streamKeys,
      keep: durationKey(`How long events are kept. By default ${KEEP}.`),
      'max-bytes': {
        description:
          'Maximum size of the stream, such as 10GiB; beyond it, the oldest events are deleted. By default unlimited.',
        type: ['integer', 'string'],
        minimum: 1,
        examples: ['10GiB'],
      },
    },
  },
  expand(pattern) {
    const { keep = KEEP, 'max-bytes': maxBytes } = pattern.body;
    return streamSection(pattern, {
      'max-age': keep,
      ...(maxBytes !== undefined && { 'max-length-bytes': maxBytes }),
    });
  },
};
