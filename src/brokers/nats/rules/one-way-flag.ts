import type { Rule } from '../../../model/index.ts';
import { isDeclared, nounOf, streamsOf } from '../topology.ts';

const FLAGS: Readonly<Record<string, string>> = {
  deny_delete: 'messages can never be deleted by the API again, not even what should not have been stored',
  deny_purge: 'the stream can never be purged again',
  sealed: 'nothing can ever be stored or deleted again',
};

export const oneWayFlag: Rule = {
  code: 'nats/one-way-flag',
  severity: 'info',
  summary: 'A flag that can never be turned off again',
  explain: `
\`deny_delete\`, \`deny_purge\` and \`sealed\` protect what a stream holds, from its owners too: no server turns them off
again, and the only way back is a new stream. That is right for an audit log. Think of personal data that must be
deleted on demand before you set them. Where it is meant, say so:
\`# brokerform-ignore nats/one-way-flag: audit log\`.

Bad:
\`\`\`yaml
streams:
  AUDIT: { subjects: [audit.>], max_age: 365d, deny_delete: true }
\`\`\`
Good:
\`\`\`yaml
streams:
  AUDIT: { subjects: [audit.>], max_age: 365d }
\`\`\`
`,
  *check(context) {
    for (const stream of streamsOf(context)) {
      for (const [flag, meaning] of Object.entries(FLAGS)) {
        if (stream.spec[flag] !== true || !isDeclared(stream, flag)) continue;
        yield {
          resource: stream,
          path: [flag],
          message: `${flag} of ${nounOf(stream)} can never be turned off: ${meaning}`,
          hint: 'leave it out unless that is what you want',
        };
      }
    }
  },
};
