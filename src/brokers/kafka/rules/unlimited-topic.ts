import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from './topology.ts';

export const unlimitedTopic: Rule = {
  code: 'kafka/unlimited-topic',
  severity: 'warning',
  summary: 'A topic grows until the disk is full',
  explain: `
Without a limit in time and in size, nothing is ever deleted. A broker whose disk is full stops, with all topics that
it has, not only this one.

Set a limit that the disk can hold. Where the newest record of each key must be kept for good, compact the topic.

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
        message: `topic "${topic.name}" keeps everything: nothing is deleted by age or by size`,
        hint: 'set retention.ms or retention.bytes, or cleanup.policy: compact',
      };
    }
  },
};
