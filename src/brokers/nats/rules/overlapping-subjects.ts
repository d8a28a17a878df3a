import type { Resource, Rule } from '../../../model/index.ts';
import { SubjectIndex, subjectProblem } from '../fields/subjects.ts';
import { stringsIn } from '../fields/values.ts';
import { nounOf, streamsOf } from '../topology.ts';

export const overlappingSubjects: Rule = {
  code: 'nats/overlapping-subjects',
  severity: 'error',
  summary: 'Subjects overlap between streams or within a stream',
  explain: `
A subject belongs to one stream. The server rejects a stream whose subjects overlap those of another stream (error
10065), or each other, because a message would be stored twice. Wildcards count: \`orders.*\` and \`*.created\` both match
\`orders.created\`.

Assign the subject to one stream. Let the other stream copy it with \`sources\` or \`mirror\`, or filter it with a
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
      for (const subject of stringsIn(stream.spec.subjects)) {
        // nats/illegal-subject reports an invalid subject, which matches nothing.
        if (subjectProblem(subject)) continue;
        for (const { subject: other, owner } of claimed.overlapping(subject)) {
          const isSame = owner === stream;
          yield {
            resource: stream,
            path: ['subjects'],
            message: isSame
              ? `${nounOf(stream)} has overlapping subjects ${subject} and ${other}`
              : `${nounOf(stream)} has subject ${subject}, which overlaps ${other} of ${nounOf(owner)}`,
            hint: isSame
              ? 'keep the wider subject'
              : 'assign the subject to one stream, and let the other copy it with "sources"',
            ...(!isSame && owner.at && { related: [owner.places?.subjects ?? owner.at] }),
          };
        }
        claimed.add(subject, stream);
      }
    }
  },
};
