import type { Rule } from '../../../model/index.ts';
import { shownConfig } from '../fields/config-values.ts';
import { pathOf, topicsOf } from './topology.ts';

export const compactionWithDeletion: Rule = {
  code: 'kafka/compaction-with-deletion',
  severity: 'info',
  summary: 'Keys that nobody writes again are deleted',
  explain: `
With \`compact\` and \`delete\` together, the newest record of a key goes too when it is older than the retention. That is
right for caches and change logs of a limited time. It is wrong for a store of state: an account that has not changed
for that long is gone when the state is read again.

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
        message: `topic "${topic.name}" is compacted, but also deletes: a key is lost when nobody writes it again before ${config} (${shownConfig(config, topic.value(config) ?? null)}) is over`,
        hint: 'write cleanup.policy: compact where the last value of each key must stay',
      };
    }
  },
};
