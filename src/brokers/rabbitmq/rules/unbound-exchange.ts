import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

/** Those of plug-ins may do without bindings, or make their own. */
const BUILT_IN = new Set(['direct', 'fanout', 'topic', 'headers']);

export const unboundExchange: Rule = {
  code: 'rabbitmq/unbound-exchange',
  severity: 'warning',
  summary: 'An exchange has no binding: what is published to it is dropped',
  explain: `
An exchange without a binding and without an alternate exchange drops every message, and publishers do not notice
unless they set \`mandatory\`. Bind a queue to it. If consumers bind their own queues when they start, say so in a
suppression comment, or give the exchange an alternate exchange that keeps what nobody takes.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic } }
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
      for (const { name, type, outgoing, alternate, resource } of vhost.exchanges.values()) {
        if (!resource || outgoing.length > 0 || alternate || !BUILT_IN.has(type)) continue;
        yield {
          resource,
          message: `exchange "${name}" has no binding: it drops everything`,
          hint: 'bind a queue to it, or remove it',
        };
      }
    }
  },
};
