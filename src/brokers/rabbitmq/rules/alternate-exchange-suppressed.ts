import type { Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';
import { keysThrough, reachesAny } from '../routing/router.ts';

export const alternateExchangeSuppressed: Rule = {
  code: 'rabbitmq/alternate-exchange-suppressed',
  severity: 'warning',
  summary: 'A binding to an exchange without queues hides messages from the alternate exchange',
  explain: `
An exchange uses its alternate exchange only if a message has **no destination at all**. A bound exchange counts as a
destination even if it routes to no queue. A message that matches only such a binding is dropped and never reaches the
alternate exchange.

Bad:
\`\`\`yaml
exchanges:
  events: { type: topic, alternate-exchange: unrouted }
  archive: { type: fanout }                            # routes to no queue
  unrouted: { type: fanout }
bindings: [{ from: events, to-exchange: archive, key: "#" }]
\`\`\`
Good:
\`\`\`yaml
exchanges:
  events: { type: topic, alternate-exchange: unrouted }
  archive: { type: fanout }
  unrouted: { type: fanout }
bindings: [{ from: events, to-exchange: archive, key: "#" }]
queues: { archived: { bindings: [{ from: archive }] } }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { name, alternate, outgoing } of vhost.exchanges.values()) {
        if (!alternate) continue;
        for (const binding of outgoing) {
          if (binding.toQueue || !vhost.exchange(binding.destination)) continue;
          const keys = [keysThrough(vhost, binding)];
          if (reachesAny(vhost, binding.destination, { keys, wanted: 'possible' })) continue;
          yield {
            resource: binding.resource,
            message: `messages that match only this binding are dropped: exchange "${binding.destination}" routes to no queue, and the alternate exchange of "${name}" does not receive them`,
            hint: `bind a queue to "${binding.destination}", or remove this binding`,
            ...(alternate.resource.at && { related: [alternate.resource.at] }),
          };
        }
      }
    }
  },
};
