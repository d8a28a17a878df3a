import { type Rule, toBigInt } from '../../../model/index.ts';
import { ADVISORY, overlap, subjectProblem } from '../fields/subjects.ts';
import { stringsIn } from '../fields/values.ts';
import { consumerNameOf, streamNameOf } from '../kinds/addresses.ts';
import { streamsOf } from '../topology.ts';

export const unwatchedMaxDeliver: Rule = {
  code: 'nats/unwatched-max-deliver',
  severity: 'warning',
  summary: 'No stream records messages that exceed max_deliver',
  explain: `
After \`max_deliver\` deliveries without an acknowledgement, a consumer no longer receives the message. NATS has no
dead-letter queue: the message stays in its stream until a limit deletes it, or indefinitely in a work queue. The
server only publishes an advisory on \`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.<stream>.<consumer>\`, with the
sequence of the message in \`stream_seq\`. Without a subscriber at that moment, the advisory is lost.

Store the advisories in a stream, and let a consumer of that stream fetch each message by its sequence. To watch them
manually: \`nats sub '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>'\`.

Bad:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      order-processor: { max_deliver: 5 }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      order-processor: { max_deliver: 5 }
  GIVEN_UP:
    subjects: [$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>]
    max_age: 30d
\`\`\`
`,
  *check(context) {
    const kept = streamsOf(context)
      .flatMap((stream) => stringsIn(stream.spec.subjects))
      .filter((subject) => !subjectProblem(subject));
    for (const consumer of context.ofKind('consumer')) {
      const most = toBigInt(consumer.spec.max_deliver) ?? -1n;
      const name = consumerNameOf(consumer.address);
      const advisory = `${ADVISORY}.${streamNameOf(consumer.address)}.${name}`;
      if (most < 1n || kept.some((subject) => overlap(subject, advisory))) continue;
      yield {
        resource: consumer,
        path: ['max_deliver'],
        message: `consumer "${name}" stops delivering a message after ${most === 1n ? '1 attempt' : `${most} attempts`}, and no stream stores the advisory`,
        hint: `declare one stream on ${ADVISORY}.>`,
      };
    }
  },
};
