import type { Rule } from '../../../model/index.ts';
import { deadLetterSource, pathOf, topicsOf } from '../topology.ts';

export const compactedDeadLetter: Rule = {
  code: 'kafka/compacted-dead-letter',
  severity: 'warning',
  summary: 'A compacted dead-letter topic loses dead letters',
  explain: `
Compaction keeps only the newest record of each key, so earlier failed messages with the same key are lost. A
compacted topic also rejects messages without a key.

Bad:
\`\`\`yaml
topics:
  orders: { partitions: 6 }
  orders-dlq: { partitions: 6, configs: { cleanup.policy: compact } }
\`\`\`
Good:
\`\`\`yaml
topics:
  orders: { partitions: 6 }
  orders-dlq: { partitions: 6, configs: { retention.ms: 30d } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (deadLetterSource(topic.name) === undefined || !topic.has('compact')) continue;
      yield {
        resource: topic.resource,
        path: pathOf('cleanup.policy'),
        message: `dead-letter topic "${topic.name}" is compacted: it keeps only the newest failed message of each key and rejects messages without a key`,
        hint: 'set cleanup.policy: delete and a long retention.ms',
      };
    }
  },
};
