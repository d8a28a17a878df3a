import { equalJson, type Rule } from '../../../model/index.ts';
import { disablingKeys } from '../kinds/policy/in-force.ts';
import { type Policy, type Vhost, vhostsOf } from '../routing/read-topology.ts';

export const policyTie: Rule = {
  code: 'rabbitmq/policy-tie',
  severity: 'warning',
  summary: 'Two policies of the same priority match the same queue or exchange',
  explain: `
Only the policy with the highest priority applies to a queue or exchange. If several have the same priority, **the
result is undefined**, and it can change when one of them is updated. Give them different priorities.

Bad:
\`\`\`yaml
queues: { orders: {} }
policies:
  limits: { pattern: ^orders, definition: { max-length: 1000 } }
  ttl: { pattern: .*, definition: { message-ttl: 60000 } }
\`\`\`
Good:
\`\`\`yaml
queues: { orders: {} }
policies:
  limits: { pattern: ^orders, priority: 10, definition: { max-length: 1000, message-ttl: 60000 } }
  ttl: { pattern: .*, definition: { message-ttl: 60000 } }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      const reported = new Map<Policy, Set<Policy>>();
      for (const { subject, candidates } of candidatesOf(vhost)) {
        const [first, second] = candidates;
        if (!first || !second || first.priority !== second.priority) continue;
        if (equalJson(first.definition, second.definition) || reported.get(first)?.has(second)) continue;
        reported.set(first, (reported.get(first) ?? new Set()).add(second));
        yield {
          resource: second.resource,
          path: ['priority'],
          message: `policies "${first.name}" and "${second.name}" both match ${subject} with priority ${first.priority}: which one applies is undefined`,
          hint: 'give them different priorities; only one policy applies, policies are not merged',
          ...(first.resource.at && { related: [first.resource.at] }),
        };
      }
    }
  },
};

/** The policies that can apply to each queue and exchange, highest priority first. */
function* candidatesOf(vhost: Vhost): Generator<{ subject: string; candidates: Policy[] }> {
  for (const { name, type, policies } of vhost.queues.values()) {
    if (policies.length < 2) continue;
    const candidates = policies.filter(
      (policy) => disablingKeys(policy.definition, type, vhost.version).length === 0,
    );
    yield { subject: `queue "${name}"`, candidates };
  }
  for (const { name, policies } of vhost.exchanges.values()) {
    if (policies.length > 1) yield { subject: `exchange "${name}"`, candidates: [...policies] };
  }
}
