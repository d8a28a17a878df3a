import {
  type Finding,
  isObject,
  kindOf,
  type Resource,
  type Rule,
  type RuleContext,
} from '../../../model/index.ts';
import { hasWildcard, isWithin, overlap, subjectProblem } from '../subjects.ts';
import { isDeclared, nounOf, streamsOf, texts } from '../topology.ts';

/** What the server keeps for itself, and what of it a stream may store all the same. */
const RESERVED = [
  { space: '$JS.>', except: '$JS.EVENT.>' },
  { space: '$JSC.>', except: undefined },
  { space: '$NRG.>', except: undefined },
  { space: '$SYS.>', except: '$SYS.ACCOUNT.>' },
];

export const illegalSubject: Rule = {
  code: 'nats/illegal-subject',
  severity: 'error',
  summary: 'A subject that the server refuses',
  explain: `
A subject is tokens between dots, without white space and without an empty token; \`*\` stands for one token and \`>\`,
at the end only, for one or more. A stream that stores everything (\`>\`), or the server's own subjects (\`$JS.>\`,
\`$SYS.>\`), would answer requests that are not for it: servers demand \`no_ack: true\` for those. \`$JS.EVENT.>\` may be
stored, which is how advisories are kept. A \`deliver_subject\` has no wildcards and is none of its own stream, and what is republished must not come
back into the stream.

Bad:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders..created, "orders.>.paid"], max_age: 7d }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.created, "orders.*.paid"], max_age: 7d }
\`\`\`
`,
  *check(context) {
    for (const stream of streamsOf(context)) {
      // Those of buckets are made from their names, which are judged themselves.
      for (const subject of kindOf(stream.address) === 'stream' ? texts(stream, 'subjects') : []) {
        const problem = subjectProblem(subject) ?? reservedProblem(stream, subject);
        if (problem) yield finding(stream, 'subjects', subject, problem);
      }
      yield* republishFindings(stream);
    }
    for (const consumer of context.ofKind('consumer')) {
      for (const filter of texts(consumer, 'filter_subjects')) {
        const problem = subjectProblem(filter);
        if (problem) yield finding(consumer, 'filter_subjects', filter, problem);
      }
      const to = consumer.spec.deliver_subject;
      if (typeof to !== 'string') continue;
      const problem =
        subjectProblem(to) ?? (hasWildcard(to) ? 'has a wildcard' : cycleProblem(to, consumer, context));
      if (problem) yield finding(consumer, 'deliver_subject', to, problem);
    }
  },
};

/** What is delivered would be stored, and delivered again (error 10081). */
function cycleProblem(to: string, consumer: Resource, context: RuleContext): string | undefined {
  const stream = context.get(consumer.needs[0] ?? '');
  const back = stream && texts(stream, 'subjects').find((subject) => overlap(to, subject));
  return back === undefined ? undefined : `comes back into its own stream by ${back}`;
}

function finding(resource: Resource, field: string, subject: string, problem: string): Finding {
  return {
    resource,
    path: [field],
    message: `the subject ${JSON.stringify(subject)} ${problem}`,
    hint: 'see brokerform explain nats/illegal-subject',
  };
}

function reservedProblem(stream: Resource, subject: string): string | undefined {
  if (stream.spec.no_ack === true) return undefined;
  if (subject === '>') return 'takes every message there is: that needs no_ack: true';
  const taken = RESERVED.find(
    ({ space, except }) => overlap(subject, space) && !(except && isWithin(subject, except)),
  );
  return taken && `overlaps ${taken.space}, which is the server's own: that needs no_ack: true`;
}

function* republishFindings(stream: Resource): Iterable<Finding> {
  const { republish } = stream.spec;
  if (!isObject(republish) || typeof republish.dest !== 'string' || !isDeclared(stream, 'republish')) return;
  const { dest } = republish;
  // Mappings such as {{wildcard(1)}} may be anything.
  if (dest.includes('{{') || dest.includes('$')) return;
  const back = texts(stream, 'subjects').find((subject) => overlap(dest, subject));
  if (back === undefined || isObject(stream.spec.subject_transform)) return;
  yield {
    resource: stream,
    path: ['republish', 'dest'],
    message: `${nounOf(stream)} republishes to ${dest}, which comes back into it by ${back}`,
    hint: 'republish to subjects that it does not store',
  };
}
