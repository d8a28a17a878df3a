import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const compactionWithDeletion: Rule = {
  code: 'kafka/compaction-with-deletion',
  severity: 'info',
  summary: 'A compacted topic also deletes keys after the retention',
  explain: `
With both \`compact\` and \`delete\`, the newest record of a key is deleted when it is older than the retention. This is
correct for caches and for change logs with a limited lifetime. It is wrong for a state store: an account without
changes during the retention is missing when the state is restored.

Bad:
\`\`\`yaml
topics:
  accounts: { configs: { cleanup.policy: [compact, delete], retention.ms: 7d } }
\`\`\`
Good:
\`\`\`yaml
topics:
  accounts: { configs: { cleanup.policy: compact } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (!topic.has('compact') || !topic.has('delete')) continue;
      const limits = ['retention.ms', 'retention.bytes'].filter((key) => Number.isFinite(topic.limit(key)));
      const [config] = limits;
      if (config === undefined) continue;
      yield {
        resource: topic.resource,
        path: pathOf(topic.sets(config) ? config : 'cleanup.policy'),
        message: `topic "${topic.name}" is compacted and also deletes: a key without updates is lost after ${config} (${topic.shown(config)})`,
        hint: 'set cleanup.policy: compact to keep the newest value of each key',
      };
    }
  },
};
