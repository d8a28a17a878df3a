import type { Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';
import { atLeast } from '../version.ts';

/** From 4.3; 4.0.5 takes more. */
const MOST = 10_000n;

export const consistentHashWeight: Rule = {
  code: 'rabbitmq/consistent-hash-weight',
  severity: 'error',
  summary: 'A binding key of a consistent hash exchange is no weight',
  explain: `
An \`x-consistent-hash\` exchange reads the binding key as a weight: the queue's share of the messages. The broker
rejects a key that is not a whole number, and from 4.3 on one above 10,000. Messages are distributed by the hash of **their** routing key.

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
        if (vhost.exchange(source)?.type !== 'x-consistent-hash') continue;
        const isNumber = /^\d+$/.test(key);
        // A number of more digits than that need not be read.
        const isTooLarge = isNumber && (key.length > 100 || BigInt(key) > MOST);
        if (isNumber && !(isTooLarge && atLeast(context.broker, '4.3'))) continue;
        yield {
          resource,
          message: isNumber
            ? `binding key "${key}" is above ${MOST}: RabbitMQ 4.3 and later reject it`
            : `binding key "${key}" is not a whole number: consistent hash exchange "${source}" requires a weight`,
          hint: 'use "1", or a larger number for a larger share',
        };
      }
    }
  },
};
