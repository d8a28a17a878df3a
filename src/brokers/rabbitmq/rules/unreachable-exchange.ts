import type { Rule } from '../../../model/index.ts';
import { reachableExchanges } from '../effects/reachability.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const unreachableExchange: Rule = {
  code: 'rabbitmq/unreachable-exchange',
  severity: 'warning',
  summary: 'Nothing leads to an internal exchange, and clients may not publish to it',
  explain: `
Clients cannot publish to an exchange with \`internal: true\`: messages come to it only through a binding from another
exchange, as an alternate exchange, or as a dead-letter exchange. Where there is none of these, it never gets a message.

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      const reachable = reachableExchanges(vhost);
      for (const { name, resource } of vhost.exchanges.values()) {
        if (!resource || reachable.has(name)) continue;
        yield {
          resource,
          path: ['internal'],
          message: `exchange "${name}" is internal, and nothing leads to it`,
          hint: 'bind it to another exchange, or drop internal',
        };
      }
    }
  },
};
