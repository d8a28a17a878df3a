import { type Rule, suggestionOr } from '../../../model/index.ts';
import { fieldOf } from '../fields/field.ts';
import { declaredConfigs, pathOf } from '../topology.ts';

export const unknownConfig: Rule = {
  code: 'kafka/unknown-config',
  severity: 'warning',
  summary: 'A config is unknown to Kafka',
  explain: `
Brokers reject an unknown config. The severity is warning because forks and managed services define their own configs.
Usually the name is misspelled, or it is a config of something else: of clients, of brokers, or one that brokers read from
server.properties when they start.

Bad:
\`\`\`yaml
topics:
  orders: { configs: { retention.hours: 24 } }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { configs: { retention.ms: 24h } }
\`\`\`
`,
  *check(context) {
    for (const { resource, noun, owner, config, table } of declaredConfigs(context)) {
      if (fieldOf(table, config)) continue;
      yield {
        resource,
        path: pathOf(config),
        message: `unknown ${noun} "${config}" of ${owner}`,
        hint: suggestionOr(
          'remove it, unless your Kafka distribution defines it',
          config,
          Object.keys(table),
        ),
      };
    }
  },
};
