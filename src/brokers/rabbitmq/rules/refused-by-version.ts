import { type Finding, parseAddress, type Rule, type RuleContext } from '../../../model/index.ts';
import type { Refusal } from '../fields/argument.ts';
import { parameterRefusals } from '../fields/parameter.ts';
import { APPLY_TO_TYPES, APPLY_TO_TYPES_FROM, refusalOf } from '../fields/policy.ts';
import { queuesOf } from '../routing/read-topology.ts';
import { atLeast } from '../version.ts';

export const refusedByVersion: Rule = {
  code: 'rabbitmq/refused-by-version',
  severity: 'error',
  summary: 'The target version of RabbitMQ rejects this setting',
  explain: `
The rule needs a known version: \`target-version\` in the configuration, or the version of the live broker.

- \`ha-*\` policy keys (classic mirroring): removed in 4.0; the broker rejects the whole policy.
- \`x-queue-master-locator\`, and the policy key \`queue-master-locator\`: rejected since 4.3; use \`queue-leader-locator\`.
- \`x-queue-version: 1\`: removed in 4.3.
- \`apply-to: classic_queues\`, \`quorum_queues\`, \`streams\` in a policy: requires 3.12.
- a negative \`delivery-limit\` in a policy: requires 4.0.
- \`ha-policy\` of a federation upstream: removed in 4.0; its \`queue-type\` requires 3.13.
- of a shovel: \`src-predeclared\` and \`dest-predeclared\` require 4.0, the protocol \`local\` 4.2, \`src-consumer-name\` 4.3,
  \`src-delete-after-duration\` 4.3.5.
- invalid values in \`src-queue-args\` and \`dest-queue-args\` of a shovel: 4.3 rejects the shovel, earlier releases fail
  when it starts.

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
    const { version } = context.broker;
    for (const { resource, arguments: args } of queuesOf(context)) {
      for (const [argument, value] of Object.entries(args)) {
        if (!argument.startsWith('x-')) continue;
        const refusal = refusalOf('argument', argument.slice(2), value, version);
        if (refusal) yield describe(context, resource, ['arguments', argument], refusal);
      }
    }
    for (const resource of [...context.ofKind('policy'), ...context.ofKind('operator-policy')]) {
      const applyTo = String(resource.spec['apply-to']);
      if (APPLY_TO_TYPES.has(applyTo) && !atLeast(context.broker, APPLY_TO_TYPES_FROM)) {
        const refusal = { what: `apply-to: ${applyTo}`, hint: 'use apply-to: queues' };
        yield describe(context, resource, ['apply-to'], refusal);
      }
      for (const [key, value] of Object.entries(resource.spec.definition ?? {})) {
        const refusal = refusalOf('policy', key, value, version);
        if (refusal) yield describe(context, resource, ['definition', key], refusal);
      }
    }
    for (const resource of context.ofKind('parameter')) {
      const [, component = ''] = parseAddress(resource.address).path;
      for (const { path, ...refusal } of parameterRefusals(component, resource.spec.value ?? null, version)) {
        yield describe(context, resource, ['value', ...path], refusal);
      }
    }
  },
};

function describe(
  context: RuleContext,
  resource: Finding['resource'],
  path: readonly string[],
  { what, hint }: Pick<Refusal, 'what' | 'hint'>,
): Finding {
  return { resource, path, message: `RabbitMQ ${context.broker.version} rejects ${what}`, hint };
}
