import type { Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const transientExchange: Rule = {
  code: 'rabbitmq/transient-exchange',
  severity: 'warning',
  summary: 'A durable queue is bound to a transient exchange',
  explain: `
A broker restart deletes an exchange that is not durable, with all its bindings. The durable queue remains but is no
longer bound: publishers fail, or their messages are dropped.

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
    for (const vhost of vhostsOf(context)) {
      for (const { name, durable, outgoing, resource } of vhost.exchanges.values()) {
        if (durable || !resource) continue;
        const kept = outgoing.find(
          ({ toQueue, destination }) => toQueue && vhost.queues.get(destination)?.durable,
        );
        if (!kept) continue;
        yield {
          resource,
          path: ['durable'],
          message: `a restart deletes exchange "${name}" and its binding to durable queue "${kept.destination}"`,
          hint: 'make the exchange durable',
        };
      }
    }
  },
};
