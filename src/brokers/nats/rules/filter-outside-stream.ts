import { brokerOf, type Finding, isObject, type Rule, type RuleContext } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { isWithin, overlap } from '../fields/subjects.ts';
import { objectsIn, stringsIn } from '../fields/values.ts';
import { consumerNameOf, streamAddress } from '../kinds/addresses.ts';
import { consumersByStream, nounOf, storedSubjects, streamsOf } from '../topology.ts';

export const filterOutsideStream: Rule = {
  code: 'nats/filter-outside-stream',
  severity: 'error',
  summary: 'A consumer filter matches no subject of its stream',
  explain: `
Servers before 2.10 reject a consumer whose filter is not a subset of its stream's subjects (error 10093). Later
servers accept it, but a filter that matches no subject delivers no messages. A stream with a \`subject_transform\`
stores messages only under the transformed subjects. The same applies to the filters of mirrors and sources.

Bad:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      billing: { filter_subject: order.paid }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.>]
    max_age: 7d
    consumers:
      billing: { filter_subject: orders.paid }
\`\`\`
`,
  *check(context) {
    for (const [stream, consumers] of consumersByStream(context)) {
      const stored = storedSubjects(stream, context);
      if (!stored) continue;
      for (const consumer of consumers) {
        for (const filter of stringsIn(consumer.spec.filter_subjects)) {
          const isInside = atLeast(context.broker, '2.10')
            ? stored.some((subject) => overlap(filter, subject))
            : stored.some((subject) => isWithin(filter, subject)) || filter === '>';
          if (isInside) continue;
          yield {
            resource: consumer,
            path: ['filter_subjects'],
            message: `consumer "${consumerNameOf(consumer.address)}" filters on ${filter}, but ${nounOf(stream)} stores ${stored.join(', ') || 'no subjects'}`,
            hint: 'correct the filter, or add the subject to the stream',
            ...(stream.at && { related: [stream.places?.subjects ?? stream.at] }),
          };
        }
      }
    }
    yield* copiesOfNothing(context);
  },
};

/** Mirrors and sources whose filter matches no subject of their origin. */
function* copiesOfNothing(context: RuleContext): Iterable<Finding> {
  for (const stream of streamsOf(context)) {
    for (const field of ['mirror', 'sources'] as const) {
      for (const { filter_subject: filter, name, external } of objectsIn(stream.spec[field])) {
        if (isObject(external) || typeof filter !== 'string') continue;
        const from = context.get(streamAddress(brokerOf(stream.address), String(name)));
        const stored = from && storedSubjects(from, context);
        if (!stored || stored.some((subject) => overlap(filter, subject))) continue;
        yield {
          resource: stream,
          path: [field],
          message: `${nounOf(stream)} copies ${filter}, but ${nounOf(from)} stores ${stored.join(', ') || 'no subjects'}`,
          hint: 'correct the filter, or add the subject to the origin',
          ...(from.at && { related: [from.places?.subjects ?? from.at] }),
        };
      }
    }
  }
}
