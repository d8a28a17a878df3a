import type { Rule } from '../../../model/index.ts';
import { isDeclared, nounOf, streamsOf } from '../topology.ts';

const FLAGS: Readonly<Record<string, string>> = {
  deny_delete: 'the API can no longer delete messages',
  deny_purge: 'the stream can no longer be purged',
  sealed: 'the stream can no longer store or delete messages',
};

export const oneWayFlag: Rule = {
  code: 'nats/one-way-flag',
  severity: 'info',
  summary: 'A flag cannot be turned off again',
  explain: `
\`deny_delete\`, \`deny_purge\` and \`sealed\` protect a stream, also from its owners. No server can turn them off; the only
way back is a new stream. This is correct for an audit log. Before you set them, consider personal data that must be
deleted on demand. If the flag is intended, add \`# brokerform-ignore nats/one-way-flag: audit log\`.

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
          message: `${flag} of ${nounOf(stream)} cannot be turned off again: ${meaning}`,
          hint: 'omit it unless this is intended',
        };
      }
    }
  },
};
