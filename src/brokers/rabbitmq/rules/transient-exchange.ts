import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const transientExchange: Rule = {
  code: 'rabbitmq/transient-exchange',
  severity: 'warning',
  summary: 'A durable queue is bound to an exchange that a restart deletes',
  explain: `
An exchange that is not durable is gone after a restart of the broker, and with it all its bindings. The durable queue
stays, but nothing leads to it any more: publishers fail, or their messages are dropped.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic, durable: false } }
queues: { orders: { bindings: [{ from: events, key: order.# }] } }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues: { orders: { bindings: [{ from: events, key: order.# }] } }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { name, durable, outgoing, resource } of vhost.exchanges.values()) {
        if (durable || !resource) continue;
        const kept = outgoing.find(
          ({ toQueue, destination }) => toQueue && vhost.queues.get(destination)?.durable,
        );
        if (!kept) continue;
        yield {
          resource,
          path: ['durable'],
          message: `exchange "${name}" is gone after a restart, and durable queue "${kept.destination}" loses its binding`,
          hint: 'make the exchange durable',
        };
      }
    }
  },
};
