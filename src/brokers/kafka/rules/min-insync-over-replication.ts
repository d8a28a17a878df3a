import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../version.ts';
import { pathOf, topicsOf } from './topology.ts';

export const minInsyncOverReplication: Rule = {
  code: 'kafka/min-insync-over-replication',
  severity: 'warning',
  summary: 'More replicas must be in sync than there are',
  explain: `
A record can be on no more brokers than the topic has replicas. Up to Kafka 3.6 every write with \`acks=all\` is then
refused with \`NOT_ENOUGH_REPLICAS\`, always. From 3.7 on the broker takes the replication factor in its place: all
replicas must be in sync, and with a single replica a record counts as safe on a single disk, whatever was asked for.
Kafka creates such a topic without a word. https://github.com/apache/kafka/pull/14594

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
      const effect = atLeast(context.broker.version, [3, 7])
        ? `it is as if it wanted ${replicationFactor}`
        : 'acks=all is always refused';
      yield {
        resource: topic.resource,
        path: topic.sets('min.insync.replicas') ? pathOf('min.insync.replicas') : ['replication-factor'],
        message: `topic "${name}" wants ${wanted} replicas in sync and has ${replicationFactor}: ${effect}`,
        hint:
          replicationFactor === 1
            ? 'set min.insync.replicas to 1'
            : `set min.insync.replicas to ${replicationFactor - 1}, or raise the replication factor`,
      };
    }
  },
};
