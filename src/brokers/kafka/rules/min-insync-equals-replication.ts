import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from './topology.ts';

export const minInsyncEqualsReplication: Rule = {
  code: 'kafka/min-insync-equals-replication',
  severity: 'warning',
  summary: 'A single broker that is down stops all safe writes',
  explain: `
With \`min.insync.replicas\` as high as the replication factor, each restart of a broker makes producers with
\`acks=all\` fail until it is back and has caught up.

One less than the replication factor lets one broker be away, and still keeps every confirmed record on several.

Bad:
\`\`\`yaml
topics:
  payments: { replication-factor: 3, configs: { min.insync.replicas: 3 } }
\`\`\`
Good:
\`\`\`yaml
topics:
  payments: { replication-factor: 3, configs: { min.insync.replicas: 2 } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      const { name, replicationFactor } = topic;
      if (replicationFactor === undefined || replicationFactor === 1) continue;
      if (topic.limit('min.insync.replicas') !== replicationFactor) continue;
      yield {
        resource: topic.resource,
        path: topic.sets('min.insync.replicas') ? pathOf('min.insync.replicas') : ['replication-factor'],
        message: `topic "${name}" needs all of its ${replicationFactor} replicas in sync: one broker down stops acks=all`,
        hint: `set min.insync.replicas to ${replicationFactor - 1}`,
      };
    }
  },
};
