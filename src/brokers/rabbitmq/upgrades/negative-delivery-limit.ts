import { toBigInt, type UpgradeRule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const negativeDeliveryLimit: UpgradeRule = {
  code: 'rabbitmq/upgrade-negative-delivery-limit',
  since: '4.0',
  severity: 'warning',
  summary: 'A negative delivery limit means none, and no longer 0',
  explain: `
On 3.x a quorum queue with a negative \`x-delivery-limit\` removes a message that is returned once. From 4.0 on it never
does: a message that no consumer can process is redelivered forever. Declare the intended limit.
https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
`,
  *check(context) {
    for (const { name, type, arguments: args, resource } of queuesOf(context)) {
      const limit = type === 'quorum' ? toBigInt(args['x-delivery-limit']) : undefined;
      if (limit === undefined || limit >= 0n) continue;
      yield {
        resource,
        path: ['arguments', 'x-delivery-limit'],
        message: `queue "${name}" redelivers a message without limit; so far it removes one that is returned once`,
        hint: 'declare the intended delivery-limit; a change requires a new queue',
      };
    }
  },
};
