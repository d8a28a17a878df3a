import type { Rule } from '../../../model/index.ts';
import { isProduction, topicsOf } from '../topology.ts';

export const replicationFactorOneInProduction: Rule = {
  code: 'kafka/replication-factor-one-in-production',
  severity: 'error',
  summary: 'A topic in production has a single replica',
  explain: `
With a replication factor of 1, an unavailable broker makes its partitions unavailable, and a lost disk loses their
records. The rule applies to environments named prod, production or live.

Set the factor to 3: brokerform adds the replicas with a throttled reassignment while the topic is in use.

Bad:
\`\`\`yaml
topics:
  payments: { partitions: 6, replication-factor: 1 }
\`\`\`
Good:
\`\`\`yaml
topics:
  payments: { partitions: 6, replication-factor: 3, configs: { min.insync.replicas: 2 } }
\`\`\`
`,
  *check(context) {
    if (!isProduction(context.environment)) return;
    for (const { name, resource, replicationFactor } of topicsOf(context)) {
      if (replicationFactor !== 1) continue;
      yield {
        resource,
        path: ['replication-factor'],
        message: `topic "${name}" has a single replica in ${context.environment}`,
        hint: 'set replication-factor: 3',
      };
    }
  },
};
