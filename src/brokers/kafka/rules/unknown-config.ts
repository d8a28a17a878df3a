import { nearestWord, type Rule } from '../../../model/index.ts';
import { configOf, TOPIC_CONFIGS } from '../fields/topic-configs.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const unknownConfig: Rule = {
  code: 'kafka/unknown-config',
  severity: 'warning',
  summary: 'A topic config is unknown to Kafka',
  explain: `
Brokers reject an unknown config. The severity is warning because forks and managed services define their own configs.
Usually the name is misspelled, or it is a broker or client config.

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
    for (const { name, resource, declared } of topicsOf(context)) {
      for (const config of declared) {
        if (configOf(config)) continue;
        const nearest = nearestWord(config, Object.keys(TOPIC_CONFIGS));
        yield {
          resource,
          path: pathOf(config),
          message: `unknown topic config "${config}" of topic "${name}"`,
          hint: nearest ? `did you mean ${nearest}?` : 'remove it, unless your Kafka distribution defines it',
        };
      }
    }
  },
};
