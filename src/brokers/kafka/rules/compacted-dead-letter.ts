import type { Rule } from '../../../model/index.ts';
import { deadLetterSource, pathOf, topicsOf } from './topology.ts';

export const compactedDeadLetter: Rule = {
  code: 'kafka/compacted-dead-letter',
  severity: 'warning',
  summary: 'A compacted topic for dead letters loses them',
  explain: `
Compaction keeps the newest record of each key. Of several failed messages with one key only the last stays, and a
message without a key is refused: both are what dead letters are kept for.

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
        message: `"${topic.name}" is compacted: of failed messages with one key only the last stays, and those without a key are refused`,
        hint: 'write cleanup.policy: delete with a long retention.ms',
      };
    }
  },
};
