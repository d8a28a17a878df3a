import type { Rule } from '../../../model/index.ts';
import { splitKey } from '../effects/topic.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const wildcardOutsideTopic: Rule = {
  code: 'rabbitmq/wildcard-outside-topic',
  severity: 'warning',
  summary: 'A wildcard key on a direct exchange, where it is plain text',
  explain: `
Only topic exchanges know wildcards. A direct exchange compares the key as it stands: \`order.*\` there matches the
routing key \`order.*\`, and no order.

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { key, source, resource } of vhost.bindings) {
        if (vhost.exchange(source)?.type !== 'direct') continue;
        if (!splitKey(key).some((word) => word === '*' || word === '#')) continue;
        yield {
          resource,
          message: `key "${key}" is plain text to "${source}", which is a direct exchange`,
          hint: 'make it a topic exchange, or write the keys out',
        };
      }
    }
  },
};
