import type { Rule } from '../../../model/index.ts';
import { topicsOf } from './topology.ts';

const LIMIT = 200;

export const tooManyPartitions: Rule = {
  code: 'kafka/too-many-partitions',
  severity: 'warning',
  summary: 'A topic has very many partitions',
  explain: `
Each partition costs open files, memory and replication on every broker that has a copy, time when a leader changes,
and buffers in each client. And a topic never gives partitions back. A partition takes some 10 MB a second, and a
consumer group needs no more of them than it has members.

The limit is 200, or the option \`limit\`: \`lint: { rules: { kafka/too-many-partitions: { limit: 500 } } }\`.

Bad:
\`\`\`yaml
topics:
  clicks: { partitions: 1000 }
\`\`\`
Good:
\`\`\`yaml
topics:
  clicks: { partitions: 48 }
\`\`\`
`,
  *check(context) {
    const limit = typeof context.options.limit === 'number' ? context.options.limit : LIMIT;
    for (const { name, resource, partitions } of topicsOf(context)) {
      if (partitions === undefined || partitions <= limit) continue;
      yield {
        resource,
        path: ['partitions'],
        message: `topic "${name}" has ${partitions} partitions, over the limit of ${limit}; it can never have fewer`,
        hint: 'begin with fewer: partitions can be added later',
      };
    }
  },
};
