import type { Rule } from '../../../model/index.ts';
import { type Vhost, vhostsOf } from '../routing/read-topology.ts';

export const unboundQueue: Rule = {
  code: 'rabbitmq/unbound-queue',
  severity: 'info',
  summary: 'A queue has no bindings and is reachable only through the default exchange',
  explain: `
A queue without bindings receives only messages published to the default exchange with the queue's name as routing
key. This is correct for a work queue, and a mistake if you forgot a binding. The rule ignores streams: their clients
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
    for (const vhost of vhostsOf(context)) {
      const targets = defaultExchangeTargets(vhost);
      for (const { name, type, incoming, resource } of vhost.queues.values()) {
        if (incoming.length > 0 || type === 'stream' || targets.has(name)) continue;
        yield {
          resource,
          message: `queue "${name}" has no bindings: it receives only messages published to the default exchange`,
          hint: 'bind it to an exchange, unless publishers use the default exchange',
        };
      }
    }
  },
};

/** Queues that receive dead letters through the default exchange. */
function defaultExchangeTargets(vhost: Vhost): Set<string> {
  const targets = new Set<string>();
  for (const queue of vhost.queues.values()) {
    const key = queue.setting('dead-letter-routing-key')?.value;
    if (queue.setting('dead-letter-exchange')?.value === '' && typeof key === 'string') targets.add(key);
  }
  return targets;
}
