import type { Rule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const transientQueue: Rule = {
  code: 'rabbitmq/transient-queue',
  severity: 'warning',
  summary: 'A queue is neither durable nor exclusive',
  explain: `
A restart of its node deletes the queue with its messages and bindings. Messages for it are dropped until it is
declared again. RabbitMQ has deprecated transient non-exclusive queues (\`transient_nonexcl_queues\`): 4.3.0 rejects
them by default, 4.3.6 if its configuration says so. Make the queue durable; to delete it automatically, use \`expires\`.
https://www.rabbitmq.com/release-information/deprecated-features-list

Bad:
\`\`\`yaml
queues:
  orders: { durable: false }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { expires: 1h }
\`\`\`
`,
  *check(context) {
    for (const { name, type, durable, exclusive, resource } of queuesOf(context)) {
      if (durable || exclusive || type !== 'classic') continue;
      yield {
        resource,
        path: ['durable'],
        message: `queue "${name}" is not durable: a restart of its node deletes it, and RabbitMQ 4.3 may reject it`,
        hint: 'make it durable; use expires to delete it when unused',
      };
    }
  },
};
