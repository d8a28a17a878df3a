import type { Rule, RuleContext } from '../../../model/index.ts';
import { numberSetting } from '../effects/reachability.ts';
import { type Queue, topologyOf } from '../effects/topology/read.ts';
import { atLeast } from '../version.ts';

/** Of quorum queues without a limit of their own, from 4.0 on: dropped after 21 deliveries on 4.3.6. */
const DEFAULT_LIMIT = 20n;

export const deliveryLimitDrops: Rule = {
  code: 'rabbitmq/delivery-limit-drops',
  severity: 'warning',
  summary: 'A delivery limit without a dead-letter exchange drops messages',
  explain: `
A quorum queue takes a message out after it was redelivered \`delivery-limit\` times. With a dead-letter exchange it
goes there; without one **it is dropped**. A consumer that crashes on every message, or is restarted often, thereby
empties the queue.

The limit means different things on different releases, so it is checked where the version is known
(\`target-version\`): from 4.0 on a queue that sets none has a limit of 20, and a negative one means none; on 3.x a
queue that sets none has none, and a negative one means 0: a message that is returned once is gone.

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
    }
  },
};

/** The redeliveries after which a message is taken out; undefined where that is never, or depends on the version. */
function limitOf(queue: Queue, { broker, versionKnown }: RuleContext): bigint | undefined {
  const limit = numberSetting(queue, 'delivery-limit');
  if (limit !== undefined && limit >= 0n) return limit;
  if (!versionKnown) return undefined;
  const isNew = atLeast(broker, '4.0');
  if (limit === undefined) return isNew ? DEFAULT_LIMIT : undefined;
  return isNew ? undefined : 0n;
}
