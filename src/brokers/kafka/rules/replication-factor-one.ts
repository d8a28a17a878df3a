import type { Rule } from '../../../model/index.ts';
import { isDisposable, isProduction, topicsOf } from './topology.ts';

export const replicationFactorOne: Rule = {
  code: 'kafka/replication-factor-one',
  severity: 'warning',
  summary: 'A topic has no copy',
  explain: `
With a replication factor of 1, a broker that is down makes its partitions unavailable, and a disk that is lost takes
their records along. The rule is silent in environments that are called local, dev, test, ci, demo or sandbox; in
production \`kafka/replication-factor-one-in-production\` speaks instead.

A cluster of one broker has no choice: lower the factor in its environment with \`overrides\`.

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
    if (isDisposable(context.environment) || isProduction(context.environment)) return;
    for (const { name, resource, replicationFactor } of topicsOf(context)) {
      if (replicationFactor !== 1) continue;
      yield {
        resource,
        path: ['replication-factor'],
        message: `topic "${name}" has no copy: one broker down makes it unavailable, one lost disk loses it`,
        hint: 'set replication-factor: 3, and less only in the environments that have fewer brokers',
      };
    }
  },
};
