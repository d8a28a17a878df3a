import type { Rule } from '../../../model/index.ts';
import { numberSetting } from '../routing/reachability.ts';
import { topologyOf } from '../topology/index.ts';

export const deliveryLimitDrops: Rule = {
  code: 'rabbitmq/delivery-limit-drops',
  severity: 'warning',
  summary: 'A delivery limit without a dead-letter exchange drops messages',
  explain: `
A quorum queue takes a message out after it was redelivered \`delivery-limit\` times. With a dead-letter exchange it
goes there; without one **it is dropped**. A consumer that crashes on every message, or is restarted often, thereby
empties the queue.

Bad:
\`\`\`yaml
queues:
  orders: { type: quorum, delivery-limit: 5 }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum, delivery-limit: 5, dead-letter: { exchange: dlx } }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const queue of vhost.queues.values()) {
        const limit = queue.setting('delivery-limit');
        const count = numberSetting(queue, 'delivery-limit');
        if (queue.type !== 'quorum' || !limit || count === undefined || count < 0n) continue;
        if (queue.setting('dead-letter-exchange')) continue;
        yield {
          resource: limit.resource,
          path: limit.path,
          message: `queue "${queue.name}" drops a message after ${count} redeliveries: it has no dead-letter exchange`,
          hint: 'add a dead-letter exchange',
        };
      }
    }
  },
};
