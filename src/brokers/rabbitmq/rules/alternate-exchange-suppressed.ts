import type { Rule } from '../../../model/index.ts';
import { keysThrough, reachesAny } from '../effects/router.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const alternateExchangeSuppressed: Rule = {
  code: 'rabbitmq/alternate-exchange-suppressed',
  severity: 'warning',
  summary: 'A binding to an exchange that leads nowhere keeps messages from the alternate exchange',
  explain: `
The alternate exchange is used only when an exchange yields **no destination at all**, and another exchange counts as
a destination even when it leads to no queue. Messages that match such a binding, and no other, are dropped: they
never come to the alternate exchange.

Bad:
\`\`\`yaml
exchanges:
  events: { type: topic, alternate-exchange: unrouted }
  archive: { type: fanout }                            # no queue behind it
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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { name, alternate, outgoing } of vhost.exchanges.values()) {
        if (!alternate) continue;
        for (const binding of outgoing) {
          if (binding.toQueue || !vhost.exchange(binding.destination)) continue;
          const keys = [keysThrough(vhost, binding)];
          if (reachesAny(vhost, binding.destination, { keys, wanted: 'possible' })) continue;
          yield {
            resource: binding.resource,
            message: `exchange "${binding.destination}" leads to no queue, and keeps what this binding matches from the alternate exchange of "${name}"`,
            hint: `bind a queue to "${binding.destination}", or remove this binding`,
            ...(alternate.resource.at && { related: [alternate.resource.at] }),
          };
        }
      }
    }
  },
};
