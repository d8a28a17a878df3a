import type { Rule } from '../../../model/index.ts';
import { pathOf, type Topic, topicsOf } from '../topology.ts';

export const unlimitedTopic: Rule = {
  code: 'kafka/unlimited-topic',
  severity: 'info',
  summary: 'A topic has no retention limit',
  explain: `
Without a limit by time or size, the topic keeps every record. A broker with a full disk stops, with all of its
topics.

Kafka's default is seven days: no limit is a decision. Set a limit that fits the disk. To keep the newest record of each
key indefinitely, compact the topic. The rule ignores a topic with tiered storage (\`remote.storage.enable\`) and a limit
on what brokers keep themselves (\`local.retention.ms\`, \`local.retention.bytes\`).

Bad:
\`\`\`yaml
topics:
  audit: { configs: { retention.ms: -1 } }
\`\`\`
Good:
\`\`\`yaml
topics:
  audit: { configs: { retention.ms: 365d, retention.bytes: 50GiB } }
  accounts: { configs: { cleanup.policy: compact } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (topic.has('compact')) continue;
      const isLimited = ['retention.ms', 'retention.bytes'].some((key) => Number.isFinite(topic.limit(key)));
      if (topic.has('delete') && (isLimited || isTiered(topic))) continue;
      yield {
        resource: topic.resource,
        path: pathOf(topic.has('delete') ? 'retention.ms' : 'cleanup.policy'),
        message: `topic "${topic.name}" keeps every record: it has no retention limit`,
        hint: 'set retention.ms or retention.bytes, or cleanup.policy: compact',
      };
    }
  },
};

/** Left out or -2, a local limit is that of the topic, which has none. */
function isTiered(topic: Topic): boolean {
  return (
    topic.value('remote.storage.enable') === true &&
    ['local.retention.ms', 'local.retention.bytes'].some((key) => Number.isFinite(topic.limit(key)))
  );
}
