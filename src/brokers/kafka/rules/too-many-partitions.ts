import type { Rule } from '../../../model/index.ts';
import { topicsOf } from '../topology.ts';

const LIMIT = 200;

export const tooManyPartitions: Rule = {
  code: 'kafka/too-many-partitions',
  severity: 'warning',
  summary: 'A topic has too many partitions',
  explain: `
Each partition uses open files, memory and replication on every broker with a replica, extends leader elections, and
needs a buffer in every client. The number of partitions cannot be reduced. One partition handles about 10 MB/s, and a
consumer group needs no more partitions than it has members.

The default limit is 200. Change it with the option \`limit\`: \`lint: { rules: { kafka/too-many-partitions: { limit: 500
} } }\`.

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
        message: `topic "${name}" has ${partitions} partitions, above the limit of ${limit}; partitions cannot be removed`,
        hint: 'start with fewer partitions; you can add more later',
      };
    }
  },
};
