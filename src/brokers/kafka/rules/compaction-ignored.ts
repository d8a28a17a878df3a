import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

const COMPACTION = [
  'delete.retention.ms',
  'max.compaction.lag.ms',
  'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms',
];

export const compactionIgnored: Rule = {
  code: 'kafka/compaction-ignored',
  severity: 'warning',
  summary: 'A compaction config on a topic that is not compacted',
  explain: `
These configs control compaction. Without \`compact\` in \`cleanup.policy\` they have no effect, and usually show that the
policy is missing.

Bad:
\`\`\`yaml
topics:
  accounts: { configs: { min.cleanable.dirty.ratio: 0.1 } }
\`\`\`
Good:
\`\`\`yaml
topics:
  accounts: { configs: { cleanup.policy: compact, min.cleanable.dirty.ratio: 0.1 } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (topic.has('compact')) continue;
      for (const config of COMPACTION) {
        if (!topic.sets(config)) continue;
        yield {
          resource: topic.resource,
          path: pathOf(config),
          message: `${config} of topic "${topic.name}" has no effect: the topic is not compacted`,
          hint: 'set cleanup.policy: compact, or remove the config',
        };
      }
    }
  },
};
