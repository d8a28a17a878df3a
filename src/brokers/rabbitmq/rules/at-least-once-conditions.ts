import type { Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';

export const atLeastOnceConditions: Rule = {
  code: 'rabbitmq/at-least-once-conditions',
  severity: 'warning',
  summary: 'At-least-once dead-lettering without its conditions falls back to at-most-once',
  explain: `
The dead-letter strategy \`at-least-once\` of quorum queues works only together with a dead-letter exchange and with
\`overflow: reject-publish\`. Where one is missing, the broker silently falls back to \`at-most-once\`: dead letters can
be lost. https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const queue of vhost.queues.values()) {
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
          message: `dead letters of queue "${queue.name}" can be lost: at-least-once has no effect without ${missing.join(' and ')}`,
          hint: `add ${missing.join(' and ')}`,
        };
      }
    }
  },
};
