import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { fieldOf } from '../fields/field.ts';
import { declaredConfigs, pathOf } from '../topology.ts';

export const removedConfig: Rule = {
  code: 'kafka/removed-config',
  severity: 'error',
  summary: 'The target version of Kafka no longer has a config',
  explain: `
Kafka 4.0 removed \`message.format.version\`, \`message.downconversion.enable\` and
\`message.timestamp.difference.max.ms\`. It rejects a topic with one of them (\`INVALID_CONFIG\`). The rule needs a known
version: \`target-version\` in the configuration, or the version of the live broker.

Bad, with \`target-version: 4.0\`:
\`\`\`yaml
topics:
  orders: { configs: { message.downconversion.enable: false } }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { configs: { message.timestamp.before.max.ms: 1d } }
\`\`\`
`,
  *check(context) {
    if (!context.versionKnown) return;
    const { version } = context.broker;
    for (const { resource, owner, config, table } of declaredConfigs(context)) {
      const { until } = fieldOf(table, config) ?? {};
      if (until === undefined || !atLeast(version, until)) continue;
      yield {
        resource,
        path: pathOf(config),
        message: `Kafka ${version} rejects ${config} of ${owner}, which ${until} removed`,
        hint: 'remove it',
      };
    }
  },
};
