import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const segmentSmallerThanMessage: Rule = {
  code: 'kafka/segment-smaller-than-message',
  severity: 'warning',
  summary: 'The largest allowed message exceeds the segment size',
  explain: `
A record batch must fit into one segment. If \`max.message.bytes\` exceeds \`segment.bytes\`, the broker rejects large
batches with \`RECORD_LIST_TOO_LARGE\`, and producers do not split them.

Bad:
\`\`\`yaml
topics:
  images: { configs: { segment.bytes: 5MiB, max.message.bytes: 10MiB } }
\`\`\`
Good:
\`\`\`yaml
topics:
  images: { configs: { segment.bytes: 256MiB, max.message.bytes: 10MiB } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (topic.limit('max.message.bytes') <= topic.limit('segment.bytes')) continue;
      const config = topic.sets('max.message.bytes') ? 'max.message.bytes' : 'segment.bytes';
      yield {
        resource: topic.resource,
        path: pathOf(config),
        message: `max.message.bytes of topic "${topic.name}" exceeds its segment.bytes: brokers reject such batches`,
        hint: 'raise segment.bytes',
      };
    }
  },
};
