import { kindOf, type Rule, toBigInt } from '../../../model/index.ts';
import { nounOf, streamsOf } from '../topology.ts';

const LIMITS = ['max_msgs', 'max_bytes', 'max_age', 'max_msgs_per_subject'];

export const unlimitedStream: Rule = {
  code: 'nats/unlimited-stream',
  severity: 'warning',
  summary: 'A stream has no limit',
  explain: `
The stream grows until the storage of the account or server is full. Then **all** streams of that account or server
reject messages, not only this one. With \`retention: workqueue\` or \`interest\` it grows when consumers stop.

Set \`max_age\`, \`max_bytes\`, \`max_msgs\` or \`max_msgs_per_subject\`. At the limit, \`discard: new\` rejects new messages;
the default deletes the oldest messages.

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
