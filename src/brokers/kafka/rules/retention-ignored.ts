import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const retentionIgnored: Rule = {
  code: 'kafka/retention-ignored',
  severity: 'warning',
  summary: 'A compacted topic ignores its retention',
  explain: `
Retention by time and size belongs to \`cleanup.policy: delete\`. A topic with only \`compact\` ignores it and keeps the
newest record of each key indefinitely.

Remove the config, or add \`delete\` to the policy. With \`delete\`, keys without updates are lost.

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
          message: `${config} of topic "${topic.name}" has no effect: the topic is compacted and does not delete`,
          hint: 'remove it, or set cleanup.policy: [compact, delete]',
        };
      }
    }
  },
};
