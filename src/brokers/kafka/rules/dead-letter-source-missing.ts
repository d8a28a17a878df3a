import { nearestWord, type Rule } from '../../../model/index.ts';
import { deadLetterSource, topicsOf } from './topology.ts';

export const deadLetterSourceMissing: Rule = {
  code: 'kafka/dead-letter-source-missing',
  severity: 'warning',
  summary: 'A topic for dead letters of no topic',
  explain: `
\`orders-dlq\` is for what could not be processed out of \`orders\`. Without that topic it is a leftover, or one of the two
names is misspelt, and dead letters go to a topic that nobody declared.

Bad:
\`\`\`yaml
topics:
  order-events: { partitions: 6 }
  orders-dlq: { partitions: 6, configs: { retention.ms: 30d } }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { partitions: 6 }
  orders-dlq: { partitions: 6, configs: { retention.ms: 30d } }
\`\`\`
`,
  *check(context) {
    const topics = topicsOf(context);
    const names = new Set(topics.map(({ name }) => name));
    const sources = [...names].filter((name) => deadLetterSource(name) === undefined);
    for (const { name, resource } of topics) {
      const source = deadLetterSource(name);
      if (source === undefined || names.has(source)) continue;
      const nearest = nearestWord(source, sources);
      yield {
        resource,
        message: `"${name}" is for dead letters of "${source}", which is not declared`,
        hint: nearest ? `is it for ${nearest}?` : 'declare the topic, or remove this one',
      };
    }
  },
};
