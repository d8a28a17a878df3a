import type { Rule } from '../../../model/index.ts';
import { topologyOf, type Vhost } from '../effects/topology/read.ts';

export const unboundQueue: Rule = {
  code: 'rabbitmq/unbound-queue',
  severity: 'info',
  summary: 'A queue has no binding: only the default exchange leads to it',
  explain: `
A queue without a binding gets only what is published to the default exchange with the queue's name as routing key.
That is right for a work queue, and a mistake where a binding was forgotten. Streams are left out: their clients
publish to them directly.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues: { orders: {} }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: events, key: order.# }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      const targets = defaultExchangeTargets(vhost);
      for (const { name, type, incoming, resource } of vhost.queues.values()) {
        if (incoming.length > 0 || type === 'stream' || targets.has(name)) continue;
        yield {
          resource,
          message: `queue "${name}" has no binding: only messages sent to it by name reach it`,
          hint: 'bind it to an exchange, unless publishers use the default exchange',
        };
      }
    }
  },
};

/** Queues that dead letters are sent to by name: the default exchange is their purpose. */
function defaultExchangeTargets(vhost: Vhost): Set<string> {
  const targets = new Set<string>();
  for (const queue of vhost.queues.values()) {
    const key = queue.setting('dead-letter-routing-key')?.value;
    if (queue.setting('dead-letter-exchange')?.value === '' && typeof key === 'string') targets.add(key);
  }
  return targets;
}
