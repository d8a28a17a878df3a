import type { UpgradeRule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const deliveryLimitDefault: UpgradeRule = {
  code: 'rabbitmq/upgrade-delivery-limit',
  since: '4.0',
  severity: 'warning',
  summary: 'A quorum queue without a delivery limit gets one of 20',
  explain: `
From 4.0 on, a message that is returned to a quorum queue more than 20 times is removed: it goes to the dead-letter
exchange, or is lost where there is none. Declare \`delivery-limit\`.
https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
`,
  *check(context) {
    for (const queue of queuesOf(context)) {
      // Without a dead-letter exchange, rabbitmq/delivery-limit-drops says what is lost.
      if (queue.type !== 'quorum' || !queue.setting('dead-letter-exchange')) continue;
      if (queue.setting('delivery-limit')) continue;
      yield {
        resource: queue.resource,
        message: `queue "${queue.name}" gets a delivery limit of 20: a message that is returned more often goes to its dead-letter exchange`,
        hint: 'declare delivery-limit; a negative one means none from 4.0 on',
      };
    }
  },
};
