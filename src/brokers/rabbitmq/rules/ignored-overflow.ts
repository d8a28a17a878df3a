import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const ignoredOverflow: Rule = {
  code: 'rabbitmq/ignored-overflow',
  severity: 'warning',
  summary: 'Quorum queues do not know overflow reject-publish-dlx',
  explain: `
A quorum queue with \`overflow: reject-publish-dlx\` is declared without complaint, and then uses the default,
\`drop-head\`: when it is full, the **oldest** messages go, and publishers are not told.
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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const queue of vhost.queues.values()) {
        const overflow = queue.setting('overflow');
        if (queue.type !== 'quorum' || overflow?.value !== 'reject-publish-dlx') continue;
        yield {
          resource: overflow.resource,
          path: overflow.path,
          message: `quorum queue "${queue.name}" drops its oldest messages when full: it does not know reject-publish-dlx`,
          hint: 'use reject-publish, or drop-head with a dead-letter exchange',
        };
      }
    }
  },
};
