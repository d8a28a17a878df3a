import { formatDuration, type Rule, toBigInt } from '../../../model/index.ts';
import { nounOf, streamsOf } from '../topology.ts';

export const duplicateWindowOverAge: Rule = {
  code: 'nats/duplicate-window-over-age',
  severity: 'error',
  summary: 'The duplicate window is longer than max_age',
  explain: `
The server tracks the \`Nats-Msg-Id\` of messages for \`duplicate_window\`. It rejects a stream whose window is longer
than its \`max_age\` (error 10052). The default window is two minutes, or \`max_age\` if that is shorter.

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
        message: `${nounOf(stream)} has max_age ${text(maxAge)} and a longer duplicate_window ${text(window)}`,
        hint: 'omit duplicate_window, or set it to at most max_age',
      };
    }
  },
};
