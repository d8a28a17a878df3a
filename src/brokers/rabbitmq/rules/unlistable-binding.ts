import type { Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const unlistableBinding: Rule = {
  code: 'rabbitmq/unlistable-binding',
  severity: 'error',
  summary: 'A binding with arguments and a ~ in its key breaks the binding list of its vhost',
  explain: `
The management API identifies a binding by its key and a hash of its arguments, joined by \`~\`, and fails on a key that
contains \`~\`. While such a binding exists, listing the bindings of its vhost returns 500 to every client, including
brokerform. Observed on 3.10 and 4.3.

Bad:
\`\`\`yaml
exchanges: { events: { type: headers } }
queues:
  orders: { bindings: [{ from: events, key: "a~b", arguments: { x-match: all, type: order } }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: headers } }
queues:
  orders: { bindings: [{ from: events, key: a-b, arguments: { x-match: all, type: order } }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { key, arguments: args, resource } of vhost.bindings) {
        if (!key.includes('~') || Object.keys(args).length === 0) continue;
        yield {
          resource,
          message: `binding key "${key}" contains "~" and the binding has arguments: the broker fails to list the bindings of the vhost`,
          hint: 'remove "~" from the key, or remove the arguments',
        };
      }
    }
  },
};
