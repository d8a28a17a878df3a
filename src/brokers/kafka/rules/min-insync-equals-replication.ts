import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const minInsyncEqualsReplication: Rule = {
  code: 'kafka/min-insync-equals-replication',
  severity: 'warning',
  summary: 'One unavailable broker stops all writes with acks=all',
  explain: `
If \`min.insync.replicas\` equals the replication factor, producers with \`acks=all\` fail during each broker restart,
until the broker has caught up.

With one less than the replication factor, one broker can be down, and every acknowledged record is still on several
brokers.

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
        message: `topic "${name}" requires all ${replicationFactor} replicas in sync: one unavailable broker stops writes with acks=all`,
        hint: `set min.insync.replicas to ${replicationFactor - 1}`,
      };
    }
  },
};
