import type { Rule } from '../../../model/index.ts';
import { LIMITS } from '../fields/policy.ts';
import { finalDeadLetterQueues } from '../routing/reachability.ts';
import { type Queue, vhostsOf } from '../routing/read-topology.ts';

export const unboundedQueue: Rule = {
  code: 'rabbitmq/unbounded-queue',
  severity: 'info',
  summary: 'A queue has no limit and no dead-letter exchange',
  explain: `
If consumers stop or fall behind, such a queue grows until the node runs out of disk. RabbitMQ then blocks **all**
publishers of the cluster, not only those of this queue. A stream without \`max-age\` and \`max-length-bytes\` keeps every
message. Without a dead-letter exchange, rejected messages are dropped. Quorum queues on RabbitMQ 4.x also drop a
message after 20 deliveries (\`delivery-limit\`) without one.

Set a limit that fits the disk, a dead-letter exchange, or both. The rule ignores queues that receive only dead
letters: a limit would drop them.

Bad:
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum, max-length: 1000000, overflow: reject-publish, dead-letter: { exchange: dlx } }
\`\`\`
`,
  *check(context) {
    const queues = [...vhostsOf(context)].flatMap((vhost) => {
      const final = finalDeadLetterQueues(vhost);
      return [...vhost.queues.values()].filter((queue) => !isBounded(queue) && !final.has(queue.name));
    });
    for (const queue of queues) {
      yield {
        resource: queue.resource,
        message:
          queue.type === 'stream'
            ? `stream "${queue.name}" keeps every message: it has no max-age and no max-length-bytes`
            : `queue "${queue.name}" has no limit and no dead-letter exchange`,
        hint:
          queue.type === 'stream'
            ? 'set max-age or max-length-bytes'
            : 'set max-length or a dead-letter exchange',
      };
    }
  },
};

function isBounded(queue: Queue): boolean {
  // A queue that is deleted with its last consumer cannot accumulate messages for long.
  if (queue.autoDelete || queue.exclusive) return true;
  return [...LIMITS.keys(), 'dead-letter-exchange'].some((name) => queue.setting(name) !== undefined);
}
