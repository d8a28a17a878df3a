import type { Resource, Rule } from '../../../model/index.ts';
import { SubjectIndex, subjectProblem } from '../subjects.ts';
import { nounOf, streamsOf, texts } from '../topology.ts';

export const overlappingSubjects: Rule = {
  code: 'nats/overlapping-subjects',
  severity: 'error',
  summary: 'Two streams, or one stream twice, claim the same subject',
  explain: `
A subject belongs to one stream. A server refuses a stream whose subjects overlap those of another one (error 10065),
and one whose own subjects overlap each other, as each message would be stored twice. Wildcards count: \`orders.*\` and
\`*.created\` both match \`orders.created\`.

Let one stream have the subject, and let the other copy from it with \`sources\` or \`mirror\`, or filter it with a
consumer.

Bad:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>], max_age: 7d }
  AUDIT: { subjects: ["*.created"], max_age: 7d }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>], max_age: 7d }
  AUDIT:
    max_age: 30d
    sources: [{ name: ORDERS, filter_subject: orders.created }]
\`\`\`
`,
  *check(context) {
    const claimed = new SubjectIndex<Resource>();
    for (const stream of streamsOf(context)) {
      for (const subject of texts(stream, 'subjects')) {
        // An illegal one has a finding of its own, and matches nothing.
        if (subjectProblem(subject)) continue;
        for (const { subject: other, owner } of claimed.overlapping(subject)) {
          const isSame = owner === stream;
          yield {
            resource: stream,
            path: ['subjects'],
            message: isSame
              ? `${nounOf(stream)} claims ${subject} and ${other}, which overlap`
              : `${nounOf(stream)} claims ${subject}, which overlaps ${other} of ${nounOf(owner)}`,
            hint: isSame
              ? 'keep the wider one'
              : 'let one stream have the subject, and the other copy from it with "sources"',
            ...(!isSame && owner.at && { related: [owner.places?.subjects ?? owner.at] }),
          };
        }
        claimed.add(subject, stream);
      }
    }
  },
};
