import { type Finding, isObject, type Resource, type Rule, type RuleContext } from '../../../model/index.ts';
import { supports } from '../facts.ts';
import { overlap } from '../fields/subjects.ts';
import { stringsIn } from '../fields/values.ts';
import { consumerNameOf, copiesIn, filtersOf, streamNameOf } from '../kinds/addresses.ts';
import { consumersByStream, nounOf, streamsOf } from '../topology.ts';

export const workqueueConsumers: Rule = {
  code: 'nats/workqueue-consumers',
  severity: 'error',
  summary: 'Work queue consumers overlap or have an unsupported setting',
  explain: `
A stream with \`retention: workqueue\` delivers each message to one consumer and deletes it after the acknowledgement.
Servers therefore reject a second consumer without a filter (error 10099), consumers with overlapping filters (10100),
a consumer without explicit acknowledgements (10084, 10098), and a consumer that does not start at the first message
(10101).

Several workers can share one consumer. Separate consumers need filters that do not overlap.

Bad:
\`\`\`yaml
streams:
  JOBS:
    subjects: [jobs.>]
    retention: workqueue
    max_age: 1d
    consumers:
      mailer: { filter_subject: jobs.mail.* }
      everything: {}
\`\`\`
Good:
\`\`\`yaml
streams:
  JOBS:
    subjects: [jobs.>]
    retention: workqueue
    max_age: 1d
    consumers:
      mailer: { filter_subject: jobs.mail.* }
      reports: { filter_subject: jobs.report.* }
\`\`\`
`,
  *check(context) {
    for (const [stream, consumers] of consumersByStream(context)) {
      if (stream.spec.retention !== 'workqueue') continue;
      yield* refusedBesideCopies(stream, consumers, context);
      for (const [index, consumer] of consumers.entries()) {
        yield* refusedAlone(consumer);
        for (const other of consumers.slice(0, index))
          yield* refusedTogether(stream, consumer, other, context);
      }
    }
  },
};

/** A mirror or source reads its origin through a consumer, which older servers check in the same way. */
function* refusedBesideCopies(
  stream: Resource,
  consumers: readonly Resource[],
  context: RuleContext,
): Iterable<Finding> {
  if (supports(context.broker, '2.14')) return;
  for (const copy of streamsOf(context)) {
    const filters = filtersOfCopy(copy, streamNameOf(stream.address));
    const clash = consumers.find((consumer) =>
      filtersOf(consumer).some((filter) => filters.some((other) => overlap(filter, other))),
    );
    if (!clash) continue;
    yield {
      resource: copy,
      path: [isObject(copy.spec.mirror) ? 'mirror' : 'sources'],
      message:
        `${nounOf(copy)} copies from work queue ${nounOf(stream)} through a consumer that overlaps ` +
        `consumer "${consumerNameOf(clash.address)}"`,
      hint: 'servers before 2.14 reject it: use separate filters, or store the messages in a stream that both read',
      ...(clash.at && { related: [clash.at] }),
    };
  }
}

/** The subjects that a stream copies from this origin; `>` without a filter. */
function filtersOfCopy(copy: Resource, origin: string): string[] {
  return copiesIn(copy.spec).flatMap((from) => {
    if (from.name !== origin || isObject(from.external)) return [];
    return [typeof from.filter_subject === 'string' ? from.filter_subject : '>'];
  });
}

function* refusedAlone(consumer: Resource): Iterable<Finding> {
  const name = consumerNameOf(consumer.address);
  if (consumer.spec.ack_policy !== 'explicit' && consumer.spec.ack_policy !== 'flow_control') {
    yield {
      resource: consumer,
      path: ['ack_policy'],
      message: `consumer "${name}" of a work queue requires explicit acknowledgements`,
      hint: 'set ack_policy: explicit',
    };
  }
  if (consumer.spec.deliver_policy !== 'all') {
    yield {
      resource: consumer,
      path: ['deliver_policy'],
      message: `consumer "${name}" of a work queue must start at the first message`,
      hint: 'set deliver_policy: all',
    };
  }
}

function* refusedTogether(
  stream: Resource,
  consumer: Resource,
  other: Resource,
  { broker }: RuleContext,
): Iterable<Finding> {
  const filters = filtersOf(consumer);
  const others = filtersOf(other);
  const clash = filters.find((filter) => others.some((another) => overlap(filter, another)));
  if (clash === undefined) return;
  const isUnfiltered = stringsIn(consumer.spec.filter_subjects).length === 0;
  yield {
    resource: consumer,
    path: ['filter_subjects'],
    message:
      `consumers "${consumerNameOf(consumer.address)}" and "${consumerNameOf(other.address)}" overlap on ` +
      `${isUnfiltered ? 'every subject' : clash} of work queue ${nounOf(stream)}` +
      // Only an update can bring 2.9 there.
      (supports(broker, '2.10') ? '' : ', which NATS 2.9 rejects only when they are created'),
    hint: 'give each consumer a separate filter, or share one consumer',
    ...(other.at && { related: [other.at] }),
  };
}
