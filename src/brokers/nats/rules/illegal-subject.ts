import {
  type Finding,
  isObject,
  kindOf,
  type Resource,
  type Rule,
  type RuleContext,
} from '../../../model/index.ts';
import { supports } from '../facts.ts';
import { hasWildcard, isWithin, overlap, subjectProblem } from '../fields/subjects.ts';
import { stringsIn } from '../fields/values.ts';
import { isDeclared, nounOf, streamsOf } from '../topology.ts';

/** Subject spaces reserved by the server, with the part that a stream can store. */
const RESERVED = [
  { space: '$JS.>', except: '$JS.EVENT.>' },
  { space: '$JSC.>', except: undefined },
  { space: '$NRG.>', except: undefined },
  { space: '$SYS.>', except: '$SYS.ACCOUNT.>' },
];

export const illegalSubject: Rule = {
  code: 'nats/illegal-subject',
  severity: 'error',
  summary: 'The server rejects a subject',
  explain: `
A subject consists of tokens separated by dots, without white space and without empty tokens. \`*\` matches one token;
\`>\`, only at the end, matches one or more. A stream that stores every subject (\`>\`) or the server's own subjects
(\`$JS.>\`, \`$SYS.>\`) would reply to requests for the server, so servers require \`no_ack: true\` for it. A stream can
store \`$JS.EVENT.>\`, to keep advisories. A \`deliver_subject\` has no wildcards and does not overlap the subjects of its
stream. A republish destination does not overlap them either.

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
      // Subjects of buckets derive from their names, which nats/illegal-name checks.
      for (const subject of kindOf(stream.address) === 'stream' ? stringsIn(stream.spec.subjects) : []) {
        const problem = subjectProblem(subject) ?? reservedProblem(stream, subject, context.broker);
        if (problem) yield finding(stream, 'subjects', subject, problem);
      }
      yield* republishFindings(stream);
    }
    for (const consumer of context.ofKind('consumer')) {
      for (const filter of stringsIn(consumer.spec.filter_subjects)) {
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

/** Delivered messages would be stored and delivered again (error 10081). */
function cycleProblem(to: string, consumer: Resource, context: RuleContext): string | undefined {
  const stream = context.get(consumer.dependsOn[0] ?? '');
  const back = stream && stringsIn(stream.spec.subjects).find((subject) => overlap(to, subject));
  return back === undefined
    ? undefined
    : `overlaps ${back} of its own stream, which would store every delivery`;
}

function finding(resource: Resource, field: string, subject: string, problem: string): Finding {
  return {
    resource,
    path: [field],
    message: `subject ${JSON.stringify(subject)} ${problem}`,
    hint: 'run brokerform explain nats/illegal-subject',
  };
}

function reservedProblem(
  stream: Resource,
  subject: string,
  broker: RuleContext['broker'],
): string | undefined {
  if (stream.spec.no_ack === true) return undefined;
  if (subject === '>') return 'matches every message and requires no_ack: true';
  const taken = RESERVED.find(
    ({ space, except }) => overlap(subject, space) && !(except && isWithin(subject, except)),
  );
  // 2.9 stores it, with its own replies.
  const since = taken?.space === '$SYS.>' && !supports(broker, '2.10') ? ' from NATS 2.10 on' : '';
  return taken && `overlaps ${taken.space}, which the server reserves, and requires no_ack: true${since}`;
}

function* republishFindings(stream: Resource): Iterable<Finding> {
  const { republish } = stream.spec;
  if (!isObject(republish) || typeof republish.dest !== 'string' || !isDeclared(stream, 'republish')) return;
  const { dest } = republish;
  // A mapping such as {{wildcard(1)}} can be any subject.
  if (dest.includes('{{') || dest.includes('$')) return;
  const back = stringsIn(stream.spec.subjects).find((subject) => overlap(dest, subject));
  if (back === undefined || isObject(stream.spec.subject_transform)) return;
  yield {
    resource: stream,
    path: ['republish', 'dest'],
    message: `${nounOf(stream)} republishes to ${dest}, which overlaps its own subject ${back}`,
    hint: 'republish to subjects that the stream does not store',
  };
}
