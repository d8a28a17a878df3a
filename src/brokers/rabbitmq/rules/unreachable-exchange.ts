import type { Rule } from '../../../model/index.ts';
import { reachableExchanges } from '../routing/reachability.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const unreachableExchange: Rule = {
  code: 'rabbitmq/unreachable-exchange',
  severity: 'warning',
  summary: 'An internal exchange receives no messages',
  explain: `
Clients cannot publish to an exchange with \`internal: true\`. It receives messages only through a binding from another
exchange, as an alternate exchange, or as a dead-letter exchange. This exchange has none of these.

Bad:
\`\`\`yaml
exchanges: { archive: { type: fanout, internal: true } }
queues: { archived: { bindings: [{ from: archive }] } }
\`\`\`
Good:
\`\`\`yaml
exchanges:
  events: { type: topic }
  archive: { type: fanout, internal: true }
queues: { archived: { bindings: [{ from: archive }] } }
bindings: [{ from: events, to-exchange: archive, key: "#" }]
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      const reachable = reachableExchanges(vhost);
      for (const { name, resource } of vhost.exchanges.values()) {
        if (!resource || reachable.has(name)) continue;
        yield {
          resource,
          path: ['internal'],
          message: `exchange "${name}" is internal and unreachable: no exchange or queue routes to it`,
          hint: 'bind it to another exchange, or remove internal',
        };
      }
    }
  },
};
