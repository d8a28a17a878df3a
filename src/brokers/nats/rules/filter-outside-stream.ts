import {
  brokerOf,
  type Finding,
  isObject,
  type Json,
  type Rule,
  type RuleContext,
} from '../../../model/index.ts';
import { consumerNameOf, streamAddress } from '../addresses.ts';
import { isWithin, overlap } from '../subjects.ts';
import { consumersByStream, nounOf, storedSubjects, streamsOf, texts } from '../topology.ts';
import { atLeast } from '../version.ts';

export const filterOutsideStream: Rule = {
  code: 'nats/filter-outside-stream',
  severity: 'error',
  summary: 'A consumer asks for subjects that its stream never holds',
  explain: `
Servers before 2.10 refuse a consumer whose filter is not within the subjects of its stream (error 10093). Later ones
take it in silence, and a consumer whose filter matches none of them is never given a message. A stream with a
\`subject_transform\` holds its messages under the new subjects only. The same goes for the filters of mirrors and sources.

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
        for (const filter of texts(consumer, 'filter_subjects')) {
          const isInside = atLeast(context.broker, '2.10')
            ? stored.some((subject) => overlap(filter, subject))
            : stored.some((subject) => isWithin(filter, subject)) || filter === '>';
          if (isInside) continue;
          yield {
            resource: consumer,
            path: ['filter_subjects'],
            message: `consumer "${consumerNameOf(consumer.address)}" asks for ${filter}, but ${nounOf(stream)} holds ${stored.join(', ') || 'nothing'}`,
            hint: 'correct the filter, or add the subject to the stream',
            ...(stream.at && { related: [stream.places?.subjects ?? stream.at] }),
          };
        }
      }
    }
    yield* copiesOfNothing(context);
  },
};

/** Mirrors and sources whose filter matches nothing that their origin holds. */
function* copiesOfNothing(context: RuleContext): Iterable<Finding> {
  for (const stream of streamsOf(context)) {
    for (const field of ['mirror', 'sources'] as const) {
      const value = stream.spec[field] ?? null;
      const origins: readonly Json[] = Array.isArray(value) ? value : [value];
      for (const origin of origins) {
        if (!isObject(origin) || isObject(origin.external) || typeof origin.filter_subject !== 'string')
          continue;
        const { filter_subject: filter, name } = origin;
        const from = context.get(streamAddress(brokerOf(stream.address), String(name)));
        const stored = from && storedSubjects(from, context);
        if (!stored || stored.some((subject) => overlap(filter, subject))) continue;
        yield {
          resource: stream,
          path: [field],
          message: `${nounOf(stream)} copies ${filter}, but ${nounOf(from)} holds ${stored.join(', ') || 'nothing'}`,
          hint: 'correct the filter, or add the subject to the origin',
          ...(from.at && { related: [from.places?.subjects ?? from.at] }),
        };
      }
    }
  }
}
