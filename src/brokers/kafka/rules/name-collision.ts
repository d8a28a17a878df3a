import type { Rule } from '../../../model/index.ts';
import { type Topic, topicsOf } from './topology.ts';

export const nameCollision: Rule = {
  code: 'kafka/name-collision',
  severity: 'error',
  summary: 'Two topics have the same name in metrics',
  explain: `
Kafka replaces \`.\` by \`_\` in the names of metrics, and so refuses to create a topic when one exists that differs from
it only in these: \`InvalidTopicException: Topic 'order.events' collides with existing topics: order_events\`.

Use one of the two characters in all names.

Bad:
\`\`\`yaml
topics:
  order.events: {}
  order_events: {}
\`\`\`
Good:
\`\`\`yaml
topics:
  order.events: {}
  order.commands: {}
\`\`\`
`,
  *check(context) {
    const first = new Map<string, Topic>();
    for (const topic of topicsOf(context)) {
      const key = topic.name.replaceAll('.', '_');
      const other = first.get(key);
      if (!other) first.set(key, topic);
      else {
        yield {
          resource: topic.resource,
          message: `"${topic.name}" collides with "${other.name}": brokers take "." and "_" for the same`,
          hint: 'rename one of the two topics',
          ...(other.resource.at && { related: [other.resource.at] }),
        };
      }
    }
  },
};
