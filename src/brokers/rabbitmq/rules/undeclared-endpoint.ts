import type { Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';
import { hintsFor } from '../routing/topology.ts';

const code = 'rabbitmq/undeclared-endpoint';

export const undeclaredEndpoint: Rule = {
  code,
  severity: 'error',
  summary: 'The source or destination of a binding is not declared',
  explain: `
The broker rejects a binding if its exchange or queue does not exist. Check the spelling first. Exchanges that exist
in every vhost (\`amq.topic\` and others) need no declaration. If another project owns the exchange or queue, add a
suppression comment.

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
    for (const vhost of vhostsOf(context)) {
      for (const { resource, source, destination, toQueue } of vhost.bindings) {
        // Plug-ins create their own amq.* exchanges.
        if (!vhost.exchange(source) && !source.startsWith('amq.')) {
          yield {
            resource,
            message: `binding source exchange "${source}" is not declared`,
            hint: hintFor(source, vhost.exchanges.keys()),
          };
        }
        const names = toQueue ? vhost.queues : vhost.exchanges;
        const declared = toQueue ? vhost.queues.has(destination) : vhost.exchange(destination) !== undefined;
        if (!declared && !destination.startsWith('amq.')) {
          yield {
            resource,
            message: `binding destination ${toQueue ? 'queue' : 'exchange'} "${destination}" is not declared`,
            hint: hintFor(destination, names.keys()),
          };
        }
      }
    }
  },
};
