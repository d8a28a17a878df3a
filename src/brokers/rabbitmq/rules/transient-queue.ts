import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const transientQueue: Rule = {
  code: 'rabbitmq/transient-queue',
  severity: 'warning',
  summary: 'A queue is neither durable nor exclusive',
  explain: `
Such a queue is deleted with all its messages when its node restarts, and its bindings with it; until somebody
declares it again, messages for it are dropped. RabbitMQ has deprecated transient queues that are not exclusive: from
4.3.0 on a broker may refuse them (\`transient_nonexcl_queues\`). Make it durable; to have it go away by itself, use
\`expires\`. https://www.rabbitmq.com/release-information/deprecated-features-list

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { name, type, durable, exclusive, resource } of vhost.queues.values()) {
        if (durable || exclusive || type !== 'classic') continue;
        yield {
          resource,
          path: ['durable'],
          message: `queue "${name}" is gone after a restart of its node: it is not durable, and RabbitMQ 4.3 may refuse it`,
          hint: 'make it durable; expires deletes it when it is not used',
        };
      }
    }
  },
};
