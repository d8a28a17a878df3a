import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../version.ts';

export const classicMirroring: Rule = {
  code: 'rabbitmq/classic-mirroring',
  severity: 'warning',
  summary: 'A policy mirrors classic queues, which RabbitMQ 4.0 removed',
  explain: `
Classic queue mirroring (\`ha-mode\` and the other \`ha-*\` keys) was deprecated in 2021 and removed in 4.0. A 4.x broker
rejects such a policy, and after an upgrade the queues have one replica. Use quorum queues or streams for data that
must survive a node failure. https://www.rabbitmq.com/docs/3.13/migrate-mcq-to-qq

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
    // rabbitmq/refused-by-version reports it as an error then.
    if (context.versionKnown && atLeast(context.broker, '4.0')) return;
    for (const resource of [...context.ofKind('policy'), ...context.ofKind('operator-policy')]) {
      const key = Object.keys(resource.spec.definition ?? {}).find((name) => name.startsWith('ha-'));
      if (key === undefined) continue;
      yield {
        resource,
        path: ['definition', key],
        message: 'RabbitMQ 4.0 removed classic queue mirroring',
        hint: 'declare the queues with type: quorum',
      };
    }
  },
};
