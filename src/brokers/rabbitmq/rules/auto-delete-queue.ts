import type { Rule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const autoDeleteQueue: Rule = {
  code: 'rabbitmq/auto-delete-queue',
  severity: 'info',
  summary: 'A declared queue is deleted when its last consumer disconnects',
  explain: `
RabbitMQ deletes an auto-delete queue, with its messages and bindings, when its last consumer disconnects, for example
during a deployment. Messages for it are dropped until the next apply, and every plan creates it again. Let the
application that consumes such a queue declare it. A queue with \`expires\` is also deleted, but only after a period
without use.

Bad:
\`\`\`yaml
queues:
  orders: { auto-delete: true }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { max-length: 100000 }
\`\`\`
`,
  *check(context) {
    for (const { name, type, autoDelete, resource } of queuesOf(context)) {
      if (!autoDelete || type !== 'classic') continue;
      yield {
        resource,
        path: ['auto-delete'],
        message: `queue "${name}" is deleted when its last consumer disconnects, and must then be applied again`,
        hint: 'remove auto-delete, or let the application declare the queue',
      };
    }
  },
};
