import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../version.ts';

export const classicMirroring: Rule = {
  code: 'rabbitmq/classic-mirroring',
  severity: 'warning',
  summary: 'A policy mirrors classic queues, which RabbitMQ 4.0 has removed',
  explain: `
Mirroring of classic queues (\`ha-mode\` and the other \`ha-*\` keys) was deprecated in 2021 and removed in 4.0: a 4.x
broker refuses such a policy, and after an upgrade the queues have one copy. Use quorum queues, or streams, for what
must survive the loss of a node. https://www.rabbitmq.com/docs/3.13/migrate-mcq-to-qq

Bad:
\`\`\`yaml
policies:
  ha: { pattern: ^orders, apply-to: queues, definition: { ha-mode: exactly, ha-params: 2 } }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
`,
  *check(context) {
    // Then rabbitmq/refused-by-version says it, as an error.
    if (context.versionKnown && atLeast(context.broker, '4.0')) return;
    for (const resource of [...context.ofKind('policy'), ...context.ofKind('operator-policy')]) {
      const key = Object.keys(resource.spec.definition ?? {}).find((name) => name.startsWith('ha-'));
      if (key === undefined) continue;
      yield {
        resource,
        path: ['definition', key],
        message: 'mirroring of classic queues is gone in RabbitMQ 4.0',
        hint: 'declare the queues with type: quorum',
      };
    }
  },
};
