import type { Finding, Rule } from '../../../model/index.ts';
import { formatKeys } from '../routing/matching.ts';
import { deadLetterKeys } from '../routing/reachability.ts';
import { type Queue, type Vhost, vhostsOf } from '../routing/read-topology.ts';
import { reachesAny } from '../routing/router.ts';

const MOST_KEYS = 3;

export const deadLetterUnroutable: Rule = {
  code: 'rabbitmq/dead-letter-unroutable',
  severity: 'warning',
  summary: 'A dead-letter exchange routes dead letters to no queue',
  explain: `
A dead letter is published to the dead-letter exchange with the \`routing-key\` of the queue's \`dead-letter\` setting.
Without that setting it keeps **the routing key of its original publication**. If no binding matches the key, the
message is dropped silently. A common mistake is a direct exchange with a binding key equal to the name of the source
queue, and no dead-letter routing key.

Set a dead-letter routing key that matches a binding, or use a fanout exchange for dead letters.

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
    for (const vhost of vhostsOf(context)) {
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
    message: `queue "${queue.name}" drops dead letters with key ${list}${more}: ${target} routes them to no queue`,
    hint: override
      ? `bind a queue to "${name}" with this key`
      : 'set a dead-letter routing key that matches a binding, or bind a queue with the original routing keys',
  };
}

function pick({ resource, path }: { resource: Finding['resource']; path: readonly string[] }) {
  return { resource, path };
}
