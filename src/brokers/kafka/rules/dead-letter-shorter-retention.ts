import type { Rule } from '../../../model/index.ts';
import { deadLetterSource, pathOf, topicsOf } from '../topology.ts';

export const deadLetterShorterRetention: Rule = {
  code: 'kafka/dead-letter-shorter-retention',
  severity: 'warning',
  summary: 'A dead-letter topic has a shorter retention than its source',
  explain: `
Dead letters wait for manual work: inspection after a weekend, a fix, a redelivery. With a shorter retention, or less
space, than the source topic, they can be deleted first.

Bad:
\`\`\`yaml
topics:
  orders: { partitions: 6, configs: { retention.ms: 14d } }
  orders-dlq: { partitions: 6 }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { partitions: 6, configs: { retention.ms: 14d } }
  orders-dlq: { partitions: 6, configs: { retention.ms: 30d } }
\`\`\`
`,
  *check(context) {
    const topics = topicsOf(context);
    const byName = new Map(topics.map((topic) => [topic.name, topic]));
    for (const topic of topics) {
      const source = byName.get(deadLetterSource(topic.name) ?? '');
      if (!source?.has('delete') || !topic.has('delete')) continue;
      for (const config of ['retention.ms', 'retention.bytes']) {
        if (topic.limit(config) >= source.limit(config)) continue;
        yield {
          resource: topic.resource,
          path: pathOf(config),
          message: `"${topic.name}" has ${config} ${topic.shown(config)}, its source "${source.name}" has ${source.shown(config)}`,
          hint: `set ${config} to more than ${source.shown(config)}`,
          ...(source.resource.at && { related: [source.resource.at] }),
        };
      }
    }
  },
};
