import type { Rule } from '../../../model/index.ts';
import { shownConfig } from '../fields/config-values.ts';
import { deadLetterSource, pathOf, type Topic, topicsOf } from './topology.ts';

export const deadLetterShorterRetention: Rule = {
  code: 'kafka/dead-letter-shorter-retention',
  severity: 'warning',
  summary: 'Dead letters are deleted before what they came from',
  explain: `
Dead letters wait for people: they are looked at after the weekend, repaired and sent again. When they are kept for
less time, or in less space, than the topic that they came from, they may be gone before anybody comes.

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
        const shown = (one: Topic) => shownConfig(config, one.value(config) ?? null);
        yield {
          resource: topic.resource,
          path: pathOf(config),
          message: `"${topic.name}" has a ${config} of ${shown(topic)}, and "${source.name}" one of ${shown(source)}`,
          hint: `set ${config} to more than that`,
          ...(source.resource.at && { related: [source.resource.at] }),
        };
      }
    }
  },
};
