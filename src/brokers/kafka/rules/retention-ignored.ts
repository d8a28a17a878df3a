import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from './topology.ts';

export const retentionIgnored: Rule = {
  code: 'kafka/retention-ignored',
  severity: 'warning',
  summary: 'A retention that a compacted topic does not have',
  explain: `
Retention by age and size is what \`cleanup.policy: delete\` does. A topic that is only compacted ignores it, and keeps
the newest record of each key for good.

Remove the setting, or add \`delete\` to the policy; but then keys that nobody writes again are lost.

Bad:
\`\`\`yaml
topics:
  accounts: { configs: { cleanup.policy: compact, retention.ms: 30d } }
\`\`\`
Good:
\`\`\`yaml
topics:
  accounts: { configs: { cleanup.policy: compact } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (topic.has('delete') || !topic.has('compact')) continue;
      for (const config of ['retention.ms', 'retention.bytes']) {
        if (!topic.sets(config)) continue;
        yield {
          resource: topic.resource,
          path: pathOf(config),
          message: `${config} of topic "${topic.name}" has no effect: the topic is compacted, and nothing is deleted by it`,
          hint: 'remove it, or write cleanup.policy: [compact, delete]',
        };
      }
    }
  },
};
