import type { Rule } from '../../../model/index.ts';
import { deadLetterSource, topicsOf } from './topology.ts';

export const deadLetterFewerPartitions: Rule = {
  code: 'kafka/dead-letter-fewer-partitions',
  severity: 'warning',
  summary: 'A topic for dead letters has fewer partitions than its source',
  explain: `
Many libraries send a dead letter to the partition of the same number as it came from: Spring Kafka's
\`DeadLetterPublishingRecoverer\` does so by default. Where that partition does not exist, the dead letter cannot be
sent, and the consumer stops or loses it.

Give both the same number of partitions, and raise them together.

Bad:
\`\`\`yaml
topics:
  orders: { partitions: 12 }
  orders-dlq: { partitions: 3, configs: { retention.ms: 30d } }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { partitions: 12 }
  orders-dlq: { partitions: 12, configs: { retention.ms: 30d } }
\`\`\`
`,
  *check(context) {
    const topics = topicsOf(context);
    const byName = new Map(topics.map((topic) => [topic.name, topic]));
    for (const { name, resource, partitions } of topics) {
      const source = byName.get(deadLetterSource(name) ?? '');
      if (source?.partitions === undefined || partitions === undefined) continue;
      if (partitions >= source.partitions) continue;
      yield {
        resource,
        path: ['partitions'],
        message: `"${name}" has ${partitions} of the ${source.partitions} partitions of "${source.name}": dead letters of the others may have nowhere to go`,
        hint: `set partitions: ${source.partitions}`,
        ...(source.resource.at && { related: [source.resource.at] }),
      };
    }
  },
};
