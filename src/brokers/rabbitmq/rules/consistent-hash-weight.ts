import type { Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const consistentHashWeight: Rule = {
  code: 'rabbitmq/consistent-hash-weight',
  severity: 'error',
  summary: 'A binding key of a consistent hash exchange is not a number',
  explain: `
An \`x-consistent-hash\` exchange reads the binding key as a weight: the queue's share of the messages. The broker
rejects a key that is not a whole number. Messages are distributed by the hash of **their** routing key.

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
    for (const vhost of vhostsOf(context)) {
      for (const { key, source, resource } of vhost.bindings) {
        if (vhost.exchange(source)?.type !== 'x-consistent-hash' || /^\d+$/.test(key)) continue;
        yield {
          resource,
          message: `binding key "${key}" is not a whole number: consistent hash exchange "${source}" requires a weight`,
          hint: 'use "1", or a larger number for a larger share',
        };
      }
    }
  },
};
