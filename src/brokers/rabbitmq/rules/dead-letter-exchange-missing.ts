import type { Rule } from '../../../model/index.ts';
import { type Setting, vhostsOf } from '../routing/read-topology.ts';
import { hintsFor } from '../routing/topology.ts';

const code = 'rabbitmq/dead-letter-exchange-missing';

export const deadLetterExchangeMissing: Rule = {
  code,
  severity: 'error',
  summary: 'A dead-letter exchange is not declared',
  explain: `
RabbitMQ does not check that a dead-letter exchange exists, neither at declaration nor later. If it does not exist,
rejected, expired and overflowing messages are dropped without an error, a log line or a queue metric.

Declare the exchange and bind a queue to it. If another project owns the exchange, add a suppression comment.

Bad:
\`\`\`yaml
queues:
  orders: { dead-letter: { exchange: dlx } }       # dlx is not declared
\`\`\`
Good:
\`\`\`yaml
exchanges:
  dlx: { type: fanout }
queues:
  orders: { dead-letter: { exchange: dlx } }
  orders-failed: { bindings: [{ from: dlx }] }
\`\`\`
`,
  *check(context) {
    const hintFor = hintsFor(code);
    for (const vhost of vhostsOf(context)) {
      const reported = new Set<Setting['resource']>();
      for (const queue of vhost.queues.values()) {
        const setting = queue.setting('dead-letter-exchange');
        if (typeof setting?.value !== 'string' || vhost.exchange(setting.value)) continue;
        // One policy can apply to thousands of queues.
        if (reported.has(setting.resource)) continue;
        reported.add(setting.resource);
        yield {
          resource: setting.resource,
          path: setting.path,
          message: `queue "${queue.name}" drops dead letters: exchange "${setting.value}" is not declared`,
          hint: hintFor(setting.value, vhost.exchanges.keys()),
        };
      }
    }
  },
};
