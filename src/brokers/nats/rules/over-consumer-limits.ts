import { formatDuration, type Rule, toBigInt } from '../../../model/index.ts';
import { consumerNameOf, LIMITED_BY_STREAM, limitsOfConsumers } from '../kinds/addresses.ts';
import { consumersByStream, nounOf } from '../topology.ts';

export const overConsumerLimits: Rule = {
  code: 'nats/over-consumer-limits',
  severity: 'error',
  summary: 'A consumer exceeds the consumer limits of its stream',
  explain: `
\`consumer_limits\` of a stream are both the defaults and the maximums of its consumers. The server rejects a consumer
with a higher \`max_ack_pending\` (error 10121) or \`inactive_threshold\` (10153).

Bad:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumer_limits: { max_ack_pending: 100 }
    consumers:
      billing: { max_ack_pending: 500 }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumer_limits: { max_ack_pending: 500 }
    consumers:
      billing: { max_ack_pending: 500 }
\`\`\`
`,
  *check(context) {
    for (const [stream, consumers] of consumersByStream(context)) {
      const limits = limitsOfConsumers(stream);
      for (const field of LIMITED_BY_STREAM) {
        const limit = toBigInt(limits[field]) ?? 0n;
        for (const consumer of limit > 0n ? consumers : []) {
          const wanted = toBigInt(consumer.spec[field]) ?? 0n;
          if (wanted <= limit) continue;
          const text = (value: bigint) =>
            field === 'inactive_threshold' ? formatDuration({ $int: String(value) }, 'ns') : String(value);
          yield {
            resource: consumer,
            path: [field],
            message: `consumer "${consumerNameOf(consumer.address)}" has ${field} ${text(wanted)}, but ${nounOf(stream)} allows at most ${text(limit)}`,
            hint: `lower it, or raise consumer_limits.${field} of the stream`,
            ...(stream.at && { related: [stream.places?.consumer_limits ?? stream.at] }),
          };
        }
      }
    }
  },
};
