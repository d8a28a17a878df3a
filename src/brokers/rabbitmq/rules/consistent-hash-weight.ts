import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const consistentHashWeight: Rule = {
  code: 'rabbitmq/consistent-hash-weight',
  severity: 'error',
  summary: 'A binding of a consistent hash exchange needs a number as its key',
  explain: `
To \`x-consistent-hash\` the key of a binding is a weight, how big a share of the messages the queue gets, and the
broker refuses anything but a whole number there. Messages are shared out by the hash of **their** routing key.

Bad:
\`\`\`yaml
exchanges: { shards: { type: x-consistent-hash } }
queues: { shard-1: { bindings: [{ from: shards, key: orders }] } }
\`\`\`
Good:
\`\`\`yaml
exchanges: { shards: { type: x-consistent-hash } }
queues: { shard-1: { bindings: [{ from: shards, key: "1" }] } }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { key, source, resource } of vhost.bindings) {
        if (vhost.exchange(source)?.type !== 'x-consistent-hash' || /^\d+$/.test(key)) continue;
        yield {
          resource,
          message: `key "${key}" is no weight: "${source}" is a consistent hash exchange, and takes whole numbers only`,
          hint: 'use "1", or a greater number for a greater share',
        };
      }
    }
  },
};
