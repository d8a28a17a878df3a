import type { Finding, Json, Rule, RuleContext } from '../../../model/index.ts';
import { topologyOf } from '../topology/index.ts';
import { atLeast } from '../version.ts';

export const refusedByVersion: Rule = {
  code: 'rabbitmq/refused-by-version',
  severity: 'error',
  summary: 'The target version of RabbitMQ refuses this',
  explain: `
Checked where the version is known: from \`target-version\` in the configuration, or from the broker.

- \`ha-*\` policy keys (classic mirroring): gone in 4.0, and such a policy is refused whole.
- \`x-queue-master-locator\`, and the policy key \`queue-master-locator\`: denied from 4.3 on; use \`queue-leader-locator\`.
- \`x-queue-version: 1\`: gone in 4.3.
- \`apply-to: classic_queues\`, \`quorum_queues\`, \`streams\` in a policy: not before 3.12.
- a negative \`delivery-limit\` in a policy: not before 4.0.

Bad, with \`target-version: 4.3\`:
\`\`\`yaml
policies:
  ha: { pattern: .*, definition: { ha-mode: all } }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
`,
  *check(context) {
    if (!context.versionKnown) return;
    const { broker } = context;
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { resource, arguments: args } of vhost.queues.values()) {
        for (const [argument, value] of Object.entries(args)) {
          const refusal = atLeast(broker, 4, 3) ? refusedArgument(argument, value) : undefined;
          if (refusal) yield describe(context, resource, ['arguments', argument], refusal);
        }
      }
    }
    for (const resource of [...context.ofKind('policy'), ...context.ofKind('operator-policy')]) {
      const applyTo = String(resource.spec['apply-to']);
      if (NEWER_APPLY_TO.has(applyTo) && !atLeast(broker, 3, 12)) {
        const refusal = { what: `apply-to: ${applyTo}`, hint: 'use apply-to: queues' };
        yield describe(context, resource, ['apply-to'], refusal);
      }
      for (const [key, value] of Object.entries(resource.spec.definition ?? {})) {
        const refusal = refusedKey(context, key, value);
        if (refusal) yield describe(context, resource, ['definition', key], refusal);
      }
    }
  },
};

interface Refusal {
  readonly what: string;
  readonly hint: string;
}

const NEWER_APPLY_TO = new Set(['classic_queues', 'quorum_queues', 'streams']);
const LEADER_LOCATOR = 'use queue-leader-locator';

function refusedArgument(argument: string, value: Json): Refusal | undefined {
  if (argument === 'x-queue-master-locator') return { what: argument, hint: LEADER_LOCATOR };
  if (argument === 'x-queue-version' && value === 1) {
    return { what: 'x-queue-version: 1', hint: 'remove it: version 2 is the only one' };
  }
  return undefined;
}

function refusedKey({ broker }: RuleContext, key: string, value: Json): Refusal | undefined {
  if (key.startsWith('ha-') && atLeast(broker, 4, 0)) {
    return { what: `${key} in a policy`, hint: 'use quorum queues for what must be replicated' };
  }
  if (key === 'queue-master-locator' && atLeast(broker, 4, 3)) {
    return { what: `${key} in a policy`, hint: LEADER_LOCATOR };
  }
  if (key === 'delivery-limit' && typeof value === 'number' && value < 0 && !atLeast(broker, 4, 0)) {
    return { what: 'a negative delivery-limit in a policy', hint: 'remove it: there is no limit by default' };
  }
  return undefined;
}

function describe(
  context: RuleContext,
  resource: Finding['resource'],
  path: readonly string[],
  { what, hint }: Refusal,
): Finding {
  return { resource, path, message: `RabbitMQ ${context.broker.version} refuses ${what}`, hint };
}
