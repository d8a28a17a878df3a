import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const autoDeleteQueue: Rule = {
  code: 'rabbitmq/auto-delete-queue',
  severity: 'info',
  summary: 'A declared queue is deleted when its last consumer leaves',
  explain: `
An auto-delete queue goes away with its messages and bindings as soon as its last consumer is gone, for example during
a deployment: until the next apply, messages for it are dropped, and every plan finds it missing. Leave such queues to
the application that declares and consumes them. A queue with \`expires\` goes away as well, only later.

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { name, type, autoDelete, resource } of vhost.queues.values()) {
        if (!autoDelete || type !== 'classic') continue;
        yield {
          resource,
          path: ['auto-delete'],
          message: `queue "${name}" goes away with its last consumer, and has to be applied again`,
          hint: 'remove auto-delete, or leave the queue to its application',
        };
      }
    }
  },
};
