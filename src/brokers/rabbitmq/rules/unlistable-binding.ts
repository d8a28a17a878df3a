import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const unlistableBinding: Rule = {
  code: 'rabbitmq/unlistable-binding',
  severity: 'error',
  summary: 'A binding with arguments and a ~ in its key breaks the listing of its vhost',
  explain: `
The management API names a binding by its key and a hash of its arguments, joined by \`~\`, and fails on a key that
holds a \`~\` itself: as long as such a binding exists, listing the bindings of its vhost answers 500, to brokerform
and to everyone else. Seen on 3.10 and 4.3.

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { key, arguments: args, resource } of vhost.bindings) {
        if (!key.includes('~') || Object.keys(args).length === 0) continue;
        yield {
          resource,
          message: `a binding with arguments may not have a "~" in its key "${key}": the broker then fails to list the bindings of the vhost`,
          hint: 'write the key without ~, or the binding without arguments',
        };
      }
    }
  },
};
