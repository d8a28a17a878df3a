import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../topology/index.ts';

export const bindingFromDefaultExchange: Rule = {
  code: 'rabbitmq/binding-from-default-exchange',
  severity: 'error',
  summary: 'The default exchange cannot be bound',
  explain: `
Every queue is bound to the default exchange (\`""\`) by its own name, and the broker refuses any other binding from or
to it (\`ACCESS_REFUSED\`). Publish with the name of the queue as routing key, or bind to an exchange of your own.

Bad:
\`\`\`yaml
queues:
  orders: { bindings: [{ from: "", key: order }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { commands: { type: direct } }
queues:
  orders: { bindings: [{ from: commands, key: order }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { source, destination, toQueue, resource } of vhost.bindings) {
        if (source !== '' && (toQueue || destination !== '')) continue;
        yield {
          resource,
          message: 'the default exchange cannot be bound: the broker refuses it',
          hint: 'publish with the name of the queue as key, or declare an exchange',
        };
      }
    }
  },
};
