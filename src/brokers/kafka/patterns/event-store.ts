import { namesKey, type PatternKind } from '../../../model/index.ts';
import { FOREVER } from '../fields/field.ts';
import { topicBody, topicKeys, topicName } from './keys.ts';

/**
 * Every event for good: the source of truth. A topic that keeps records without limit still lets clients delete them, and
 * takes records without a key. One that is compacted refuses both, whatever its retention; with the longest lag, no
 * record ever becomes old enough to be compacted.
 */
export const eventStore: PatternKind = {
  summary: 'A topic that keeps every record, and rejects deletions and records without a key.',
  schema: {
    properties: {
      key: {
        description:
          'The record key: what identifies the entity of an event, such as user-id. Records with the same key are in one partition, in order. Brokers reject records without a key, but do not check what it is.',
        ...{ type: 'string', minLength: 1, maxLength: 100, examples: ['user-id'] },
      },
      ...topicKeys,
      names: namesKey({ topic: 'The topic. By default the name of the pattern.' }),
    },
    required: ['key'],
  },
  expand: (pattern) => ({
    topics: {
      [topicName(pattern)]: topicBody(pattern, {
        'cleanup.policy': 'compact',
        'min.compaction.lag.ms': FOREVER,
        // As a cluster may have a shorter one, which brokers refuse beside a longer minimum.
        'max.compaction.lag.ms': FOREVER,
      }),
    },
  }),
};
