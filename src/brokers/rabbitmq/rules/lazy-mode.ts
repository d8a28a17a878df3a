import type { Finding, Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const lazyMode: Rule = {
  code: 'rabbitmq/lazy-mode',
  severity: 'warning',
  summary: 'Lazy mode has no effect',
  explain: `
RabbitMQ 3.12 and later ignore \`queue-mode\`: all classic queues store messages on disk, as lazy queues did. In a
policy the key is harmful: quorum queues and streams that match the policy lose **all** of its settings.
https://www.rabbitmq.com/docs/lazy-queues

Bad:
\`\`\`yaml
queues:
  orders: { queue-mode: lazy }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: {}
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { resource, type, arguments: args } of vhost.queues.values()) {
        if (type === 'classic' && 'x-queue-mode' in args)
          yield report(resource, ['arguments', 'x-queue-mode']);
      }
      for (const { resource, definition } of vhost.policies) {
        if ('queue-mode' in definition) yield report(resource, ['definition', 'queue-mode']);
      }
    }
  },
};

function report(resource: Finding['resource'], path: readonly string[]): Finding {
  return { resource, path, message: 'RabbitMQ 3.12 and later ignore queue-mode', hint: 'remove it' };
}
