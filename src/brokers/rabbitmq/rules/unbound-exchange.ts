import type { Rule } from '../../../model/index.ts';
import { exchangesOf } from '../routing/read-topology.ts';

/** Exchange types of plug-ins may need no bindings, or create their own. */
const BUILT_IN = new Set(['direct', 'fanout', 'topic', 'headers']);

export const unboundExchange: Rule = {
  code: 'rabbitmq/unbound-exchange',
  severity: 'warning',
  summary: 'An exchange has no bindings and drops every message',
  explain: `
An exchange without bindings and without an alternate exchange drops every message. Publishers receive no error unless
they set \`mandatory\`. Bind a queue to it. If consumers bind their own queues at startup, add a suppression comment, or
set an alternate exchange that keeps unroutable messages.

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
    for (const { name, type, outgoing, alternate, resource } of exchangesOf(context)) {
      if (!resource || outgoing.length > 0 || alternate || !BUILT_IN.has(type)) continue;
      yield {
        resource,
        message: `exchange "${name}" has no bindings and drops every message`,
        hint: 'bind a queue to it, or remove the exchange',
      };
    }
  },
};
