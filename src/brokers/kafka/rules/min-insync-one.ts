import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const minInsyncOne: Rule = {
  code: 'kafka/min-insync-one',
  severity: 'info',
  summary: 'A record is acknowledged with a single in-sync replica',
  explain: `
With Kafka's default of 1 for \`min.insync.replicas\`, \`acks=all\` needs only the leader if the other replicas are out of
sync. If that broker is then lost, acknowledged records are lost.

With three replicas, a value of 2 costs nothing in normal operation. Set it on topics, or once as the default of the
brokers: offline, the rule does not know theirs, and assumes that of Kafka.

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
      const isSet = topic.sets('min.insync.replicas');
      const isKnown = isSet || context.broker.facts.defaults !== undefined;
      yield {
        resource: topic.resource,
        ...(isSet && { path: pathOf('min.insync.replicas') }),
        message: isKnown
          ? `topic "${name}" has ${replicationFactor} replicas but acknowledges records with one in sync`
          : `topic "${name}" has ${replicationFactor} replicas, and acknowledges records with one in sync by Kafka's default`,
        hint: `set min.insync.replicas to 2${isSet ? '' : ', here or as the default of the brokers'}`,
      };
    }
  },
};
