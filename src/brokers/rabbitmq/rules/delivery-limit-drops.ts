import type { Rule, RuleContext } from '../../../model/index.ts';
import { deliveryLimit, numberSetting } from '../routing/reachability.ts';
import { type Queue, queuesOf } from '../routing/read-topology.ts';

export const deliveryLimitDrops: Rule = {
  code: 'rabbitmq/delivery-limit-drops',
  severity: 'warning',
  summary: 'A delivery limit without a dead-letter exchange drops messages',
  explain: `
A quorum queue removes a message after \`delivery-limit\` redeliveries. With a dead-letter exchange the message is
dead-lettered; without one **it is dropped**. A consumer that crashes on every message or restarts often can empty the
queue this way.

The limit differs between releases, so the rule needs a known version (\`target-version\`). From 4.0 the default limit
is 20, and a negative value means no limit. On 3.x the default is no limit, and a negative value means 0: a message
that is returned once is dropped.

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
    for (const queue of queuesOf(context)) {
      if (queue.type !== 'quorum' || queue.setting('dead-letter-exchange')) continue;
      const limit = queue.setting('delivery-limit');
      const count = limitOf(queue, context);
      if (count === undefined) continue;
      const origin = limit ? '' : `, the default of RabbitMQ ${context.broker.version}`;
      yield {
        resource: limit?.resource ?? queue.resource,
        path: limit?.path ?? [],
        message: `queue "${queue.name}" drops a message after ${count} redeliveries${origin}: it has no dead-letter exchange`,
        hint: count === 0n ? 'remove the negative limit' : 'add a dead-letter exchange',
      };
    }
  },
};

/** Redeliveries before a message is removed; undefined if there is no limit or it depends on the version. */
function limitOf(queue: Queue, { broker, versionKnown }: RuleContext): bigint | undefined {
  const limit = numberSetting(queue, 'delivery-limit');
  const isKnown = versionKnown || (limit !== undefined && limit >= 0n);
  return isKnown ? deliveryLimit(queue, broker.version) : undefined;
}
