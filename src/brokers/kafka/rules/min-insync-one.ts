import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const minInsyncOne: Rule = {
  code: 'kafka/min-insync-one',
  severity: 'info',
  summary: 'A record is acknowledged with a single in-sync replica',
  explain: `
With Kafka's default of 1 for \`min.insync.replicas\`, \`acks=all\` needs only the leader if the other replicas are out of
sync. If that broker is then lost, acknowledged records are lost.

With three replicas, a value of 2 costs nothing in normal operation.

Bad:
\`\`\`yaml
topics:
  payments: { partitions: 6, replication-factor: 3 }
\`\`\`
Good:
\`\`\`yaml
topics:
  payments: { partitions: 6, replication-factor: 3, configs: { min.insync.replicas: 2 } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      const { name, replicationFactor = 0 } = topic;
      if (replicationFactor < 3 || topic.limit('min.insync.replicas') !== 1) continue;
      yield {
        resource: topic.resource,
        ...(topic.sets('min.insync.replicas') && { path: pathOf('min.insync.replicas') }),
        message: `topic "${name}" has ${replicationFactor} replicas but acknowledges records with one in sync`,
        hint: 'set min.insync.replicas to 2',
      };
    }
  },
};
