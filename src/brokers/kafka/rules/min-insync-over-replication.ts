import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const minInsyncOverReplication: Rule = {
  code: 'kafka/min-insync-over-replication',
  severity: 'error',
  summary: 'More replicas must be in sync than there are',
  explain: `
With \`min.insync.replicas\` above the replication factor, every write with \`acks=all\` is refused with
\`NOT_ENOUGH_REPLICAS\`, always. Kafka creates such a topic without a word.

For a replication factor of 3, 2 is the usual value: one broker may be down, and what was confirmed is on two.

Bad:
\`\`\`yaml
topics:
  payments: { replication-factor: 2, configs: { min.insync.replicas: 3 } }
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
      const wanted = topic.limit('min.insync.replicas');
      if (replicationFactor === undefined || wanted <= replicationFactor) continue;
      yield {
        resource: topic.resource,
        path: topic.sets('min.insync.replicas') ? pathOf('min.insync.replicas') : ['replication-factor'],
        message: `topic "${name}" wants ${wanted} replicas in sync and has ${replicationFactor}: acks=all is always refused`,
        hint:
          replicationFactor === 1
            ? 'set min.insync.replicas to 1'
            : `set min.insync.replicas to ${replicationFactor - 1}, or raise the replication factor`,
      };
    }
  },
};
