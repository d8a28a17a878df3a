import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const minInsyncOverReplication: Rule = {
  code: 'kafka/min-insync-over-replication',
  severity: 'warning',
  summary: 'A topic requires more in-sync replicas than it has replicas',
  explain: `
A topic cannot have more in-sync replicas than replicas. Up to Kafka 3.6 every write with \`acks=all\` fails with
\`NOT_ENOUGH_REPLICAS\`. Since 3.7 the broker uses the replication factor instead: all replicas must be in sync, and
with a single replica a record is acknowledged on a single disk. Kafka creates such a topic without an error.
https://github.com/apache/kafka/pull/14594

For a replication factor of 3 the usual value is 2: one broker can be down, and acknowledged records are on two
brokers.

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
      const effect = atLeast(context.broker.version, '3.7')
        ? `the broker uses ${replicationFactor}`
        : 'every write with acks=all fails';
      yield {
        resource: topic.resource,
        path: topic.sets('min.insync.replicas') ? pathOf('min.insync.replicas') : ['replication-factor'],
        message: `topic "${name}" requires ${wanted} in-sync replicas but has ${replicationFactor}: ${effect}`,
        hint:
          replicationFactor === 1
            ? 'set min.insync.replicas to 1'
            : `set min.insync.replicas to ${replicationFactor - 1}, or raise the replication factor`,
      };
    }
  },
};
