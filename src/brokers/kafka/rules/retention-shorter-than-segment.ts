import type { Rule } from '../../../model/index.ts';
import { shownConfig } from '../fields/config-values.ts';
import { pathOf, type Topic, topicsOf } from './topology.ts';

const PAIRS = [
  ['retention.ms', 'segment.ms'],
  ['retention.bytes', 'segment.bytes'],
] as const;

export const retentionShorterThanSegment: Rule = {
  code: 'kafka/retention-shorter-than-segment',
  severity: 'warning',
  summary: 'Records stay far longer than their retention',
  explain: `
Kafka deletes whole segments, and never a record out of one. While a segment is open for writing, all that is in it
stays: for up to \`segment.ms\` (7 days if nobody says otherwise) or until \`segment.bytes\` (1 GiB) are full. A retention
of one hour then keeps a week of records, which surprises those who count on the deletion, or on the disk.

Close segments more often than records are to be deleted. A quarter of the retention is a good measure.

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
          message: `${retention} of topic "${topic.name}" is ${shown(topic, retention)}, but a segment stays open for ${shown(topic, segment)}: what is in it is kept`,
          hint: `set ${segment} to less than ${retention}`,
        };
      }
    }
  },
};

function shown(topic: Topic, config: string): string {
  return shownConfig(config, topic.value(config) ?? null);
}
