import type { Rule } from '../../../model/index.ts';
import { isProduction, topicsOf } from './topology.ts';

export const replicationFactorOneInProduction: Rule = {
  code: 'kafka/replication-factor-one-in-production',
  severity: 'error',
  summary: 'A topic has no copy in production',
  explain: `
With a replication factor of 1, a broker that is down makes its partitions unavailable, and a disk that is lost takes
their records along. This is about environments that are called prod, production or live.

Bring the factor to 3: brokerform moves the copies to other brokers, throttled, while the topic is in use.

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
        message: `topic "${name}" has no copy in ${context.environment}`,
        hint: 'set replication-factor: 3',
      };
    }
  },
};
