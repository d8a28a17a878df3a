import { nearestWord, type Rule } from '../../../model/index.ts';
import { isQueueType, QUEUE_TYPES } from '../fields/argument.ts';
import { queuesOf } from '../routing/read-topology.ts';

const code = 'rabbitmq/unknown-queue-type';

export const unknownQueueType: Rule = {
  code,
  severity: 'error',
  summary: 'A queue type is unknown to RabbitMQ',
  explain: `
RabbitMQ has the queue types classic, quorum and stream. It rejects a queue of any other type, together with its
bindings. If a plug-in provides the type, add a suppression comment.

Bad:
\`\`\`yaml
queues:
  orders: { type: qorum }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
`,
  *check(context) {
    for (const { name, type, resource } of queuesOf(context)) {
      if (isQueueType(type)) continue;
      const nearest = nearestWord(type, QUEUE_TYPES);
      yield {
        resource,
        path: ['type'],
        message: `unknown type "${type}" of queue "${name}": the broker rejects it`,
        hint: nearest
          ? `did you mean "${nearest}"?`
          : `use ${QUEUE_TYPES.join(', ')}; if a plug-in provides the type, add # brokerform-ignore ${code}: …`,
      };
    }
  },
};
