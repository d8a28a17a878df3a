import type { UpgradeRule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const transientQueueDenied: UpgradeRule = {
  code: 'rabbitmq/upgrade-transient-queue',
  since: '4.3',
  severity: 'warning',
  summary: 'A transient queue that is not exclusive may be rejected',
  explain: `
Queues that are neither durable nor exclusive are deprecated (\`transient_nonexcl_queues\`). 4.3.0 rejects them by
default, 4.3.6 only with \`deprecated_features.permit.transient_nonexcl_queues = false\`; a later release removes them.
A client that declares one is then refused. Declare the queue durable, with \`expires\` if it is to go when unused.
https://www.rabbitmq.com/release-information/deprecated-features-list
`,
  *check(context) {
    for (const { name, type, durable, exclusive, resource } of queuesOf(context)) {
      if (durable || exclusive || type !== 'classic') continue;
      yield {
        resource,
        path: ['durable'],
        message: `queue "${name}" is transient: RabbitMQ 4.3 may reject its declaration, depending on its configuration`,
        hint: 'make it durable, with expires to delete it when unused',
      };
    }
  },
};
