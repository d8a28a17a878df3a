import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const unlimitedTopic: Rule = {
  code: 'kafka/unlimited-topic',
  severity: 'warning',
  summary: 'A topic has no retention limit',
  explain: `
Without a limit by time or size, the topic keeps every record. A broker with a full disk stops, with all of its
topics.

Set a limit that fits the disk. To keep the newest record of each key indefinitely, compact the topic.

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
      if (topic.has('delete') && isLimited) continue;
      yield {
        resource: topic.resource,
        path: pathOf(topic.has('delete') ? 'retention.ms' : 'cleanup.policy'),
        message: `topic "${topic.name}" keeps every record: it has no retention limit`,
        hint: 'set retention.ms or retention.bytes, or cleanup.policy: compact',
      };
    }
  },
};
