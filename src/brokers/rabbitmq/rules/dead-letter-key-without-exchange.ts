import type { Rule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

const EXCHANGE = 'x-dead-letter-exchange';
const KEY = 'x-dead-letter-routing-key';

export const deadLetterKeyWithoutExchange: Rule = {
  code: 'rabbitmq/dead-letter-key-without-exchange',
  severity: 'error',
  summary: 'A queue has a dead-letter routing key but no dead-letter exchange',
  explain: `
The broker rejects the argument \`x-dead-letter-routing-key\` without \`x-dead-letter-exchange\`
(\`routing_key_but_no_dlx_defined\`), even if a policy sets the exchange. Set both as arguments, or both in the policy.

Bad:
\`\`\`yaml
queues:
  orders: { arguments: { x-dead-letter-routing-key: failed } }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { dead-letter: { exchange: dlx, routing-key: failed } }
\`\`\`
`,
  *check(context) {
    for (const queue of queuesOf(context)) {
      if (queue.arguments[KEY] === undefined || queue.arguments[EXCHANGE] !== undefined) continue;
      yield {
        resource: queue.resource,
        path: ['arguments', KEY],
        message: `queue "${queue.name}" has a dead-letter routing key but no dead-letter exchange: the broker rejects it`,
        hint: 'add the dead-letter exchange, or move the key to the policy that sets the exchange',
      };
    }
  },
};
