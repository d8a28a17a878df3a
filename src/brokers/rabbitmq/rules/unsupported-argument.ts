import type { Rule } from '../../../model/index.ts';
import { isQueueType } from '../fields/argument.ts';
import { typesTaking } from '../fields/queue.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const unsupportedArgument: Rule = {
  code: 'rabbitmq/unsupported-argument',
  severity: 'error',
  summary: 'A queue has an argument that its type does not support',
  explain: `
The broker rejects a queue with an argument that its type does not support: \`max-priority\` on a quorum queue,
\`delivery-limit\` on a classic queue, \`message-ttl\` on a stream. Remove the argument or change the type.

Bad:
\`\`\`yaml
queues:
  orders: { type: quorum, max-priority: 10 }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: classic, max-priority: 10 }
\`\`\`
`,
  *check(context) {
    const known = new Map<string, readonly string[]>();
    for (const { name, type, resource, arguments: args } of queuesOf(context)) {
      if (!isQueueType(type)) continue;
      for (const argument of Object.keys(args)) {
        let types = known.get(argument);
        if (!types) {
          types = typesTaking(argument, context.broker.version);
          known.set(argument, types);
        }
        if (types.length === 0 || types.includes(type)) continue;
        yield {
          resource,
          path: ['arguments', argument],
          message: `${type} queue "${name}" does not support ${argument}: the broker rejects it`,
          hint: `only ${types.join(' and ')} queues support it`,
        };
      }
    }
  },
};
