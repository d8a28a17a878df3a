import type { Rule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const replicatedQueueProperties: Rule = {
  code: 'rabbitmq/replicated-queue-properties',
  severity: 'error',
  summary: 'A quorum queue or stream is not durable, or is auto-delete or exclusive',
  explain: `
Quorum queues and streams are always durable, never auto-delete and never exclusive. The broker rejects any other
value. For a queue that is deleted automatically, use a classic queue, or a quorum queue with \`expires\`.

Bad:
\`\`\`yaml
queues:
  orders: { type: quorum, auto-delete: true }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum, expires: 1d }
\`\`\`
`,
  *check(context) {
    for (const { name, type, durable, autoDelete, exclusive, resource } of queuesOf(context)) {
      if (type !== 'quorum' && type !== 'stream') continue;
      const broken: [string, string][] = [
        ...(durable ? [] : [['durable', 'must be durable'] as [string, string]]),
        ...(autoDelete ? [['auto-delete', 'cannot be auto-delete'] as [string, string]] : []),
        ...(exclusive ? [['exclusive', 'cannot be exclusive'] as [string, string]] : []),
      ];
      for (const [field, problem] of broken) {
        yield {
          resource,
          path: [field],
          message: `${type === 'stream' ? 'stream' : 'quorum queue'} "${name}" ${problem}: the broker rejects it`,
          hint: `remove ${field}, or use a classic queue`,
        };
      }
    }
  },
};
