import { namesKey, type PatternKind } from '../../../model/index.ts';
import { FOREVER } from '../fields/config.ts';
import { topicBody, topicKeys, topicName } from './keys.ts';

/**
 * Every event for good: the source of truth. A topic that keeps records without limit still lets clients delete them, and
 * takes records without a key. One that is compacted refuses both, whatever its retention; with the longest lag, no
 * record ever becomes old enough to be compacted.
 */
export const eventStore: PatternKind = {
  summary: 'A topic that keeps every record, and refuses to delete records and to take them without a key.',
  schema: {
    properties: {
      key: {
        description:
          'What the events of one entity have in common, as user-id: the key of their records. All of one key are in one partition, in order. Brokers refuse records without a key; what the key is, they do not know.',
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
