import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from './topology.ts';

export const minInsyncOne: Rule = {
  code: 'kafka/min-insync-one',
  severity: 'info',
  summary: 'A record counts as safe on a single broker',
  explain: `
Kafka's default of 1 for \`min.insync.replicas\` means that \`acks=all\` is content with the leader alone when the other
replicas are behind. When that broker is lost then, so are records that producers were told are safe.

With three replicas, 2 costs nothing while all is well.

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
        message: `topic "${name}" has ${replicationFactor} replicas, but one in sync is enough to confirm a record`,
        hint: 'set min.insync.replicas to 2',
      };
    }
  },
};
