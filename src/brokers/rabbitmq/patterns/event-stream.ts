import { durationKey, type PatternKind } from '../../../model/index.ts';
import { streamKeys, streamSection } from './stream.ts';

const KEEP = '7d';

/** Readers start anywhere in what is kept. */
export const eventStream: PatternKind = {
  summary:
    'A topic exchange, and a stream that keeps its events for a while: each reader starts where it wants.',
  schema: {
    properties: {
      ...streamKeys,
      keep: durationKey(`How long events are kept. By default ${KEEP}.`),
      'max-bytes': {
        description:
          'The largest size of the stream, as 10GiB: the oldest events go. By default there is no limit.',
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
