import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

const PAIRS = [
  ['retention.ms', 'segment.ms'],
  ['retention.bytes', 'segment.bytes'],
] as const;

export const retentionShorterThanSegment: Rule = {
  code: 'kafka/retention-shorter-than-segment',
  severity: 'info',
  summary: 'Records outlive their retention because a segment stays open longer',
  explain: `
Kafka deletes whole segments, not single records, and never the segment that is open for writing. A segment stays open
for up to \`segment.ms\` (default 7 days) or until it reaches \`segment.bytes\` (default 1 GiB). With a retention of one
hour, the topic can keep a week of records.

Close segments more often than the retention. A quarter of the retention is a good value.

Bad:
\`\`\`yaml
topics:
  clicks: { configs: { retention.ms: 6h } }
\`\`\`
Good:
\`\`\`yaml
topics:
  clicks: { configs: { retention.ms: 6h, segment.ms: 1h } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (!topic.has('delete')) continue;
      for (const [retention, segment] of PAIRS) {
        if (!topic.sets(retention) || topic.limit(retention) >= topic.limit(segment)) continue;
        yield {
          resource: topic.resource,
          path: pathOf(retention),
          message: `${retention} of topic "${topic.name}" is ${topic.shown(retention)}, but a segment stays open for ${topic.shown(segment)} and keeps its records`,
          hint: `set ${segment} to less than ${retention}`,
        };
      }
    }
  },
};
