import { type Rule, toBigInt } from '../../../model/index.ts';
import { consumerNameOf, streamNameOf } from '../addresses.ts';
import { overlap, subjectProblem } from '../subjects.ts';
import { streamsOf, texts } from '../topology.ts';

const ADVISORY = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES';

export const unwatchedMaxDeliver: Rule = {
  code: 'nats/unwatched-max-deliver',
  severity: 'warning',
  summary: 'A consumer gives messages up, and nothing takes note of it',
  explain: `
After \`max_deliver\` deliveries without an acknowledgement a consumer is given a message no more. There is no
dead-letter queue: the message stays in its stream until a limit deletes it, in a work queue for ever, and the server
only publishes an advisory on
\`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.<stream>.<consumer>\`, with the message's sequence in \`stream_seq\`. Nobody
who listens at that moment: nobody knows.

Keep the advisories in a stream, and let a consumer of it fetch each message by its sequence. To look at them by hand:
\`nats sub '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>'\`.

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
      .flatMap((stream) => texts(stream, 'subjects'))
      .filter((subject) => !subjectProblem(subject));
    for (const consumer of context.ofKind('consumer')) {
      const most = toBigInt(consumer.spec.max_deliver) ?? -1n;
      const name = consumerNameOf(consumer.address);
      const advisory = `${ADVISORY}.${streamNameOf(consumer.address)}.${name}`;
      if (most < 1n || kept.some((subject) => overlap(subject, advisory))) continue;
      yield {
        resource: consumer,
        path: ['max_deliver'],
        message: `consumer "${name}" gives a message up after ${most} deliveries, and no stream keeps the advisory`,
        hint: `declare a stream on ${ADVISORY}.>, or on ${advisory}`,
      };
    }
  },
};
