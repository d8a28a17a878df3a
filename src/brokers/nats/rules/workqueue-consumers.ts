import type { Finding, Resource, Rule } from '../../../model/index.ts';
import { consumerNameOf } from '../addresses.ts';
import { overlap } from '../subjects.ts';
import { consumersByStream, nounOf, texts } from '../topology.ts';

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
      for (const [index, consumer] of consumers.entries()) {
        yield* refusedAlone(consumer);
        for (const other of consumers.slice(0, index)) yield* refusedTogether(stream, consumer, other);
      }
    }
  },
};

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
