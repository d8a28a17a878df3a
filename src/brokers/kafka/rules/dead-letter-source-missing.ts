import { nearestWord, type Rule } from '../../../model/index.ts';
import { deadLetterSource, topicsOf } from '../topology.ts';

/** Edits. Names of one team are alike for most of their length. */
const TYPO = 2;

export const deadLetterSourceMissing: Rule = {
  code: 'kafka/dead-letter-source-missing',
  severity: 'warning',
  summary: 'The source of a dead-letter topic is misspelled',
  explain: `
By its name, \`orders-dlq\` holds the dead letters of \`orders\`. If \`orders\` is not declared but a similar name is, one of
the two is misspelled, and dead letters go to an undeclared topic. Without a similar name, the rule finds nothing: the
dead-letter topic may be named after a consumer.

Bad:
\`\`\`yaml
topics:
  order: { partitions: 6 }
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
      const nearest = nearestWord(source, sources, TYPO);
      if (nearest === undefined) continue;
      yield {
        resource,
        message: `source "${source}" of dead-letter topic "${name}" is not declared`,
        hint: `did you mean ${nearest}?`,
      };
    }
  },
};
