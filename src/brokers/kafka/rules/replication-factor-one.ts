import type { Rule } from '../../../model/index.ts';
import { isDisposable, isProduction, topicsOf } from '../topology.ts';

export const replicationFactorOne: Rule = {
  code: 'kafka/replication-factor-one',
  severity: 'warning',
  summary: 'A topic has a single replica',
  explain: `
With a replication factor of 1, an unavailable broker makes its partitions unavailable, and a lost disk loses their
records. The rule ignores environments named local, dev, test, ci, demo or sandbox. In production,
\`kafka/replication-factor-one-in-production\` reports it instead.

On a single-broker cluster, lower the factor for its environment with \`overrides\`.

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
        message: `topic "${name}" has a single replica: one unavailable broker stops it, one lost disk loses it`,
        hint: 'set replication-factor: 3, and override it in environments with fewer brokers',
      };
    }
  },
};
