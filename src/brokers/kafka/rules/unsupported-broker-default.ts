import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { BROKER_DEFAULT_SINCE, brokerDefaultKeys } from '../fields/topic.ts';
import { nameOf } from '../kinds/kind.ts';

export const unsupportedBrokerDefault: Rule = {
  code: 'kafka/unsupported-broker-default',
  severity: 'error',
  summary: 'This Kafka release cannot create a topic with the broker default',
  explain: `
\`partitions: null\` and \`replication-factor: null\` create a topic with the broker default. Brokers before Kafka 2.4
require both numbers and return \`INVALID_PARTITIONS\` or \`INVALID_REPLICATION_FACTOR\`. The rule checks against
\`target-version\`, or the version of the live cluster.

Bad, with \`target-version: 2.3\`:
\`\`\`yaml
topics:
  orders: { partitions: 6, replication-factor: null }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { partitions: 6, replication-factor: 3 }
\`\`\`
`,
  *check(context) {
    const { version } = context.broker;
    if (atLeast(version, BROKER_DEFAULT_SINCE)) return;
    for (const resource of context.ofKind('topic')) {
      for (const key of brokerDefaultKeys) {
        if (resource.spec[key] !== null) continue;
        yield {
          resource,
          path: [key],
          message: `the broker default of ${key} requires Kafka ${BROKER_DEFAULT_SINCE}; the target version is ${version}`,
          hint: `set ${key} of topic "${nameOf(resource)}" to a number`,
        };
      }
    }
  },
};
