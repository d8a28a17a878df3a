import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const singleNodeQuorum: Rule = {
  code: 'rabbitmq/single-node-quorum',
  severity: 'info',
  summary: 'Quorum queues on a broker with one node are not replicated',
  explain: `
With a single node a quorum queue has a single member, and nothing to fall back on. That is fine to try things out. In
production use three nodes or more; queues that were declared before the nodes joined keep one member until they are
grown (\`rabbitmq-queues grow\`). Reported once a broker, where the number of nodes is known.

Bad: one node, and
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
Good: three nodes, and the same queue.
`,
  *check(context) {
    if (context.broker.facts.nodes !== 1) return;
    const queues = Array.from(topologyOf(context).vhosts.values())
      .flatMap((vhost) => [...vhost.queues.values()])
      .filter((queue) => queue.type === 'quorum');
    const [first] = queues;
    if (!first) return;
    const others = queues.length > 1 ? ` and ${queues.length - 1} more` : '';
    yield {
      resource: first.resource,
      path: ['type'],
      message: `quorum queue "${first.name}"${others} has one member: broker "${context.broker.name}" has one node`,
      hint: 'use three nodes or more where messages must survive',
    };
  },
};
