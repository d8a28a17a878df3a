import { formatDuration, type Rule } from '../../../model/index.ts';
import { listIn } from '../fields/values.ts';
import { consumerNameOf } from '../kinds/addresses.ts';
import { isDeclared } from '../topology.ts';

export const overriddenAckWait: Rule = {
  code: 'nats/overridden-ack-wait',
  severity: 'warning',
  summary: 'A consumer has backoff, which overrides its ack_wait',
  explain: `
A consumer with \`backoff\` uses its first delay before a redelivery, and the server silently replaces \`ack_wait\` with
it.

Bad:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      billing: { ack_wait: 2m, backoff: [10s, 1m], max_deliver: 5 }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      billing: { backoff: [2m, 5m], max_deliver: 5 }
\`\`\`
`,
  *check(context) {
    for (const consumer of context.ofKind('consumer')) {
      const { backoff } = consumer.spec;
      const [first] = listIn(backoff);
      if (first === undefined || !isDeclared(consumer, 'ack_wait')) continue;
      yield {
        resource: consumer,
        path: ['ack_wait'],
        message: `ack_wait of consumer "${consumerNameOf(consumer.address)}" has no effect: backoff sets it to ${formatDuration(first, 'ns')}`,
        hint: 'omit ack_wait, or use it as the first delay of backoff',
      };
    }
  },
};
