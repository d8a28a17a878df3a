import { formatDuration, type Rule, toBigInt } from '../../../model/index.ts';
import { nounOf, streamsOf } from '../topology.ts';

export const duplicateWindowOverAge: Rule = {
  code: 'nats/duplicate-window-over-age',
  severity: 'error',
  summary: 'The duplicate window is longer than messages are kept',
  explain: `
The server remembers the \`Nats-Msg-Id\` of messages for \`duplicate_window\`, and refuses a stream whose window is longer
than its \`max_age\` (error 10052). Left out, the window is two minutes, or \`max_age\` where that is shorter.

Bad:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>], max_age: 1m, duplicate_window: 5m }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS: { subjects: [orders.>], max_age: 1h, duplicate_window: 5m }
\`\`\`
`,
  *check(context) {
    for (const stream of streamsOf(context)) {
      const { max_age: maxAge = 0, duplicate_window: window = 0 } = stream.spec;
      const age = toBigInt(maxAge) ?? 0n;
      if (age <= 0n || (toBigInt(window) ?? 0n) <= age) continue;
      const text = (value: typeof maxAge) => formatDuration(value, 'ns') ?? String(value);
      yield {
        resource: stream,
        path: ['duplicate_window'],
        message: `${nounOf(stream)} keeps messages for ${text(maxAge)}, and would look for duplicates for ${text(window)}`,
        hint: 'leave duplicate_window out, or make it at most max_age',
      };
    }
  },
};
