import type { Rule } from '../../../model/index.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const singleNodeQuorum: Rule = {
  code: 'rabbitmq/single-node-quorum',
  severity: 'info',
  summary: 'Quorum queues on a single-node broker are not replicated',
  explain: `
On a single node a quorum queue has one member and no replica. This is fine for development. In production use at
least three nodes. Queues declared before the other nodes joined keep one member until you add members
(\`rabbitmq-queues grow\`). The rule reports once per broker, if the number of nodes is known.

Bad: one node, and
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
Good: three nodes, and the same queue.
`,
  *check(context) {
    if (context.broker.facts.nodes !== 1) return;
    const queues = Array.from(vhostsOf(context))
      .flatMap((vhost) => [...vhost.queues.values()])
      .filter((queue) => queue.type === 'quorum');
    const [first] = queues;
    if (!first) return;
    const others = queues.length > 1 ? ` and ${queues.length - 1} more` : '';
    yield {
      resource: first.resource,
      path: ['type'],
      message: `quorum queue "${first.name}"${others} has one member: broker "${context.broker.name}" has one node`,
      hint: 'use three or more nodes if messages must survive a node failure',
    };
  },
};
