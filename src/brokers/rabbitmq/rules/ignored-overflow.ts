import type { Rule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const ignoredOverflow: Rule = {
  code: 'rabbitmq/ignored-overflow',
  severity: 'warning',
  summary: 'Quorum queues do not support overflow reject-publish-dlx',
  explain: `
The broker accepts a quorum queue with \`overflow: reject-publish-dlx\` but uses the default, \`drop-head\`: a full queue
drops its **oldest** messages, and publishers receive no error.
https://www.rabbitmq.com/docs/quorum-queues#feature-comparison

Bad:
\`\`\`yaml
queues:
  orders: { type: quorum, max-length: 1000, overflow: reject-publish-dlx }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum, max-length: 1000, overflow: reject-publish }
\`\`\`
`,
  *check(context) {
    for (const queue of queuesOf(context)) {
      const overflow = queue.setting('overflow');
      if (queue.type !== 'quorum' || overflow?.value !== 'reject-publish-dlx') continue;
      yield {
        resource: overflow.resource,
        path: overflow.path,
        message: `quorum queue "${queue.name}" drops its oldest messages when full: quorum queues do not support reject-publish-dlx`,
        hint: 'use reject-publish, or drop-head with a dead-letter exchange',
      };
    }
  },
};
