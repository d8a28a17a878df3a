import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from './topology.ts';

export const segmentSmallerThanMessage: Rule = {
  code: 'kafka/segment-smaller-than-message',
  severity: 'warning',
  summary: 'A message that is allowed does not fit into a segment',
  explain: `
A batch of records must fit into one segment. With \`max.message.bytes\` over \`segment.bytes\`, a batch that the topic
should take is refused with \`RECORD_LIST_TOO_LARGE\`, which producers do not try to split.

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
        message: `max.message.bytes of topic "${topic.name}" is over its segment.bytes: such batches are refused`,
        hint: 'raise segment.bytes',
      };
    }
  },
};
