import { type Finding, isObject, type Resource, type Rule, type RuleContext } from '../../../model/index.ts';
import { consumerNameOf, streamNameOf } from '../addresses.ts';
import { overlap } from '../subjects.ts';
import { consumersByStream, nounOf, streamsOf, texts } from '../topology.ts';
import { supports } from '../version.ts';

export const workqueueConsumers: Rule = {
  code: 'nats/workqueue-consumers',
  severity: 'error',
  summary: 'Consumers of a work queue overlap, or cannot take work from it',
  explain: `
On a stream with \`retention: workqueue\` each message goes to one consumer and is deleted once that acknowledges it.
So servers refuse a second consumer without a filter (error 10099), consumers whose filters overlap (10100), one that
does not acknowledge each message explicitly (10084, 10098), and one that does not begin with the first message
(10101).

Several workers share one consumer. Consumers of their own need filters that keep them apart.

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
        for (const other of consumers.slice(0, index)) yield* refusedTogether(stream, consumer, other);
      }
    }
  },
};

/** A mirror or source takes from its origin by a consumer, which older servers hold to the same rules. */
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
        `${nounOf(copy)} copies from the work queue of ${nounOf(stream)} by a consumer of its own, which overlaps ` +
        `consumer "${consumerNameOf(clash.address)}"`,
      hint: 'servers before 2.14 refuse that: filter both, or keep the messages in a stream that both take from',
      ...(clash.at && { related: [clash.at] }),
    };
  }
}

/** What a stream copies of this origin; everything where it does not say. */
function filtersOfCopy(copy: Resource, origin: string): string[] {
  const { mirror, sources } = copy.spec;
  return [mirror ?? null, ...(Array.isArray(sources) ? sources : [])].flatMap((from) => {
    if (!isObject(from) || from.name !== origin || isObject(from.external)) return [];
    return [typeof from.filter_subject === 'string' ? from.filter_subject : '>'];
  });
}

function* refusedAlone(consumer: Resource): Iterable<Finding> {
  const name = consumerNameOf(consumer.address);
  if (consumer.spec.ack_policy !== 'explicit' && consumer.spec.ack_policy !== 'flow_control') {
    yield {
      resource: consumer,
      path: ['ack_policy'],
      message: `consumer "${name}" of a work queue must acknowledge explicitly`,
      hint: 'set ack_policy: explicit',
    };
  }
  if (consumer.spec.deliver_policy !== 'all') {
    yield {
      resource: consumer,
      path: ['deliver_policy'],
      message: `consumer "${name}" of a work queue must begin with the first message`,
      hint: 'set deliver_policy: all',
    };
  }
}

function* refusedTogether(stream: Resource, consumer: Resource, other: Resource): Iterable<Finding> {
  const filters = filtersOf(consumer);
  const others = filtersOf(other);
  const clash = filters.find((filter) => others.some((another) => overlap(filter, another)));
  if (clash === undefined) return;
  const isUnfiltered = texts(consumer, 'filter_subjects').length === 0;
  yield {
    resource: consumer,
    path: ['filter_subjects'],
    message:
      `consumers "${consumerNameOf(consumer.address)}" and "${consumerNameOf(other.address)}" would both take ` +
      `${isUnfiltered ? 'what the other takes' : clash} from the work queue of ${nounOf(stream)}`,
    hint: 'give each a filter of its own, or let workers share one consumer',
    ...(other.at && { related: [other.at] }),
  };
}

/** Without a filter it asks for everything. */
function filtersOf(consumer: Resource): string[] {
  const filters = texts(consumer, 'filter_subjects');
  return filters.length > 0 ? filters : ['>'];
}
