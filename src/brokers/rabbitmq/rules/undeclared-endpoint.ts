import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';
import { hintsFor } from '../effects/topology/undeclared.ts';

const code = 'rabbitmq/undeclared-endpoint';

export const undeclaredEndpoint: Rule = {
  code,
  severity: 'error',
  summary: 'A binding comes from, or goes to, something that is not declared',
  explain: `
The broker refuses a binding whose exchange or queue does not exist. Most often the name is misspelt. Exchanges that
every vhost has (\`amq.topic\` and so on) need no declaration. If another project owns it, say so in a suppression
comment.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: event, key: order.# }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: events, key: order.# }] }
\`\`\`
`,
  *check(context) {
    const hintFor = hintsFor(code);
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { resource, source, destination, toQueue } of vhost.bindings) {
        // Plug-ins have amq.* exchanges of their own.
        if (!vhost.exchange(source) && !source.startsWith('amq.')) {
          yield {
            resource,
            message: `binding from exchange "${source}", which is not declared`,
            hint: hintFor(source, vhost.exchanges.keys()),
          };
        }
        const names = toQueue ? vhost.queues : vhost.exchanges;
        const declared = toQueue ? vhost.queues.has(destination) : vhost.exchange(destination) !== undefined;
        if (!declared && !destination.startsWith('amq.')) {
          yield {
            resource,
            message: `binding to ${toQueue ? 'queue' : 'exchange'} "${destination}", which is not declared`,
            hint: hintFor(destination, names.keys()),
          };
        }
      }
    }
  },
};
