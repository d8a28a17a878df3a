import type { Rule } from '../../../model/index.ts';
import { splitKey } from '../routing/matching.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const wildcardOutsideTopic: Rule = {
  code: 'rabbitmq/wildcard-outside-topic',
  severity: 'warning',
  summary: 'A binding of a direct exchange has a wildcard key',
  explain: `
Only topic exchanges support wildcards. A direct exchange compares the key literally: \`order.*\` matches only the
routing key \`order.*\`.

Bad:
\`\`\`yaml
exchanges: { events: { type: direct } }
queues:
  orders: { bindings: [{ from: events, key: order.* }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: events, key: order.* }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { key, source, resource } of vhost.bindings) {
        if (vhost.exchange(source)?.type !== 'direct') continue;
        if (!splitKey(key).some((word) => word === '*' || word === '#')) continue;
        yield {
          resource,
          message: `direct exchange "${source}" compares key "${key}" literally, without wildcards`,
          hint: 'use a topic exchange, or list the keys',
        };
      }
    }
  },
};
