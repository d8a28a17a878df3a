import { nearestWord, type Rule } from '../../../model/index.ts';
import { configOf, TOPIC_CONFIGS } from '../fields/topic-configs.ts';
import { pathOf, topicsOf } from './topology.ts';

export const unknownConfig: Rule = {
  code: 'kafka/unknown-config',
  severity: 'warning',
  summary: 'A topic config that Kafka does not know',
  explain: `
Brokers refuse a config that they do not know, unless it is one of a fork or a managed service, which is why this is no
error. Most often the name is misspelt, or is one of the broker or of a client.

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
          message: `"${config}" of topic "${name}" is no topic config of Kafka`,
          hint: nearest ? `did you mean ${nearest}?` : 'brokers refuse it, unless they are of another make',
        };
      }
    }
  },
};
