import type { Rule } from '../../../model/index.ts';
import { deadLetterSource, topicsOf } from '../topology.ts';

export const deadLetterFewerPartitions: Rule = {
  code: 'kafka/dead-letter-fewer-partitions',
  severity: 'warning',
  summary: 'A dead-letter topic has fewer partitions than its source',
  explain: `
Many libraries send a dead letter to the partition with the same number as the source partition; Spring Kafka's
\`DeadLetterPublishingRecoverer\` does so by default. If that partition does not exist, sending fails, and the consumer
stops or loses the message.

Give both topics the same number of partitions, and increase them together.

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
        message: `"${name}" has ${partitions} partitions, its source "${source.name}" has ${source.partitions}: dead letters of the other partitions can be lost`,
        hint: `set partitions: ${source.partitions}`,
        ...(source.resource.at && { related: [source.resource.at] }),
      };
    }
  },
};
