import type { Finding, Rule } from '../../../model/index.ts';
import { deadLetterKeys } from '../effects/reachability.ts';
import { reachesAny } from '../effects/router.ts';
import { formatKeys } from '../effects/topic.ts';
import { type Queue, topologyOf, type Vhost } from '../effects/topology/read.ts';

const MOST_KEYS = 3;

export const deadLetterUnroutable: Rule = {
  code: 'rabbitmq/dead-letter-unroutable',
  severity: 'warning',
  summary: 'The dead-letter exchange exists, but no queue gets what is sent there',
  explain: `
A dead letter is published to the dead-letter exchange with the queue's \`routing-key\` of \`dead-letter\`, or, where
that is not set, **with the key that the message had when it was first published**. If no binding matches that key,
the message is dropped silently. The usual mistake: a direct exchange, a queue bound to it with the name of the
source queue, and no explicit key.

Set an explicit key that is bound, or use a fanout exchange for dead letters.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic }, dlx: { type: direct } }
queues:
  orders:
    dead-letter: { exchange: dlx }                 # keeps keys such as order.created
    bindings: [{ from: events, key: order.# }]
  orders-failed: { bindings: [{ from: dlx, key: orders }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic }, dlx: { type: direct } }
queues:
  orders:
    dead-letter: { exchange: dlx, routing-key: orders }
    bindings: [{ from: events, key: order.# }]
  orders-failed: { bindings: [{ from: dlx, key: orders }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const queue of vhost.queues.values()) {
        const finding = lostLetters(vhost, queue);
        if (finding) yield finding;
      }
    }
  },
};

function lostLetters(vhost: Vhost, queue: Queue): Finding | undefined {
  const exchange = queue.setting('dead-letter-exchange');
  if (typeof exchange?.value !== 'string' || queue.type === 'stream') return undefined;
  const name = exchange.value;
  if (!vhost.exchange(name)) return undefined;
  const keys = deadLetterKeys(vhost, queue);
  const lost = keys.filter((key) => !reachesAny(vhost, name, { keys: [key], wanted: 'possible' }));
  if (lost.length === 0) return undefined;
  const override = queue.setting('dead-letter-routing-key');
  const shown = [...new Set(lost.map(formatKeys))];
  const list = shown
    .slice(0, MOST_KEYS)
    .map((key) => `"${key}"`)
    .join(', ');
  const more = shown.length > MOST_KEYS ? ` and ${shown.length - MOST_KEYS} more` : '';
  const target =
    name === '' ? 'the default exchange, which routes by queue name,' : `dead-letter exchange "${name}"`;
  return {
    ...pick(override ?? exchange),
    message: `dead letters of queue "${queue.name}" with key ${list}${more} are lost: ${target} takes them to no queue`,
    hint: override
      ? `bind a queue to "${name}" with this key`
      : 'set a dead-letter routing key that is bound, or bind a queue with the keys that messages keep',
  };
}

function pick({ resource, path }: { resource: Finding['resource']; path: readonly string[] }) {
  return { resource, path };
}
