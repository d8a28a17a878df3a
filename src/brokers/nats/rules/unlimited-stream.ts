import { kindOf, type Rule, toBigInt } from '../../../model/index.ts';
import { nounOf, streamsOf } from '../topology.ts';

const LIMITS = ['max_msgs', 'max_bytes', 'max_age', 'max_msgs_per_subject'];

export const unlimitedStream: Rule = {
  code: 'nats/unlimited-stream',
  severity: 'warning',
  summary: 'A stream has no limit at all',
  explain: `
Such a stream keeps everything until the storage of the account or of the server is full. Then **all** streams there
stop taking messages, not only this one. With \`retention: workqueue\` or \`interest\` it grows as soon as consumers stop.

Set \`max_age\`, \`max_bytes\`, \`max_msgs\` or \`max_msgs_per_subject\`. With \`discard: new\` publishers are refused at the
limit; by default the oldest messages go.

Bad:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>] }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>], max_age: 7d, max_bytes: 10GiB }
\`\`\`
`,
  *check(context) {
    for (const stream of streamsOf(context)) {
      if (LIMITS.some((limit) => (toBigInt(stream.spec[limit]) ?? 0n) > 0n)) continue;
      if (stream.spec.sealed === true) continue;
      const isStore = kindOf(stream.address) === 'object-store';
      yield {
        resource: stream,
        message: `${nounOf(stream)} has no limit: it grows until the storage is full`,
        hint: isStore ? 'set max_bytes or ttl' : 'set max_age, max_bytes or max_msgs',
      };
    }
  },
};
