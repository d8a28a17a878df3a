import type { Rule } from '../../../model/index.ts';
import { queuesOf } from '../routing/read-topology.ts';

export const atLeastOnceConditions: Rule = {
  code: 'rabbitmq/at-least-once-conditions',
  severity: 'warning',
  summary: 'At-least-once dead-lettering falls back to at-most-once because a requirement is missing',
  explain: `
The \`at-least-once\` dead-letter strategy of quorum queues requires a dead-letter exchange and \`overflow:
reject-publish\`. If either is missing, the broker silently falls back to \`at-most-once\` and can lose dead letters.
https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering

Bad:
\`\`\`yaml
queues:
  orders: { type: quorum, dead-letter: { exchange: dlx, strategy: at-least-once } }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders:
    type: quorum
    overflow: reject-publish
    dead-letter: { exchange: dlx, strategy: at-least-once }
\`\`\`
`,
  *check(context) {
    for (const queue of queuesOf(context)) {
      const strategy = queue.setting('dead-letter-strategy');
      if (queue.type !== 'quorum' || strategy?.value !== 'at-least-once') continue;
      const missing = [
        ...(queue.setting('dead-letter-exchange') ? [] : ['a dead-letter exchange']),
        ...(queue.setting('overflow')?.value === 'reject-publish' ? [] : ['overflow: reject-publish']),
      ];
      if (missing.length === 0) continue;
      yield {
        resource: strategy.resource,
        path: strategy.path,
        message: `queue "${queue.name}" can lose dead letters: at-least-once requires ${missing.join(' and ')}`,
        hint: `add ${missing.join(' and ')}`,
      };
    }
  },
};
