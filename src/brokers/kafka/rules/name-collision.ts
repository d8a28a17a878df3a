import type { Rule } from '../../../model/index.ts';
import { type Topic, topicsOf } from '../topology.ts';

export const nameCollision: Rule = {
  code: 'kafka/name-collision',
  severity: 'error',
  summary: 'Two topic names collide in metrics',
  explain: `
Kafka replaces \`.\` with \`_\` in metric names. It therefore rejects a topic whose name differs from an existing one only
in these characters: \`InvalidTopicException: Topic 'order.events' collides with existing topics: order_events\`.

Use only one of the two characters in topic names.

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
          message: `"${topic.name}" collides with "${other.name}": brokers treat "." and "_" as equal`,
          hint: 'rename one of the two topics',
          ...(other.resource.at && { related: [other.resource.at] }),
        };
      }
    }
  },
};
