import type { Rule } from '../../../model/index.ts';
import { voidingKeys } from '../effects/topology/policies.ts';
import { type Policy, topologyOf, type Vhost } from '../effects/topology/read.ts';

export const policyShadowed: Rule = {
  code: 'rabbitmq/policy-shadowed',
  severity: 'info',
  summary: 'A policy holds for nothing: others of higher priority match all that it matches',
  explain: `
Policies are not merged: only the one with the highest priority holds. This one matches queues or exchanges that are
declared here, and for each of them another policy with a higher priority holds, so that its settings have no effect.

Bad:
\`\`\`yaml
queues: { orders: {} }
policies:
  ttl:    { pattern: ^orders, priority: 1, definition: { message-ttl: 60000 } }
  limits: { pattern: .*, priority: 5, definition: { max-length: 1000 } }        # ttl never holds
\`\`\`
Good:
\`\`\`yaml
queues: { orders: {}, mails: {} }
policies:
  orders: { pattern: ^orders, priority: 10, definition: { message-ttl: 60000, max-length: 1000 } }
  limits: { pattern: .*, priority: 5, definition: { max-length: 1000 } }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const [policy, winner] of shadowedPolicies(vhost)) {
        yield {
          resource: policy.resource,
          message: `policy "${policy.name}" has no effect: "${winner.name}" has a higher priority wherever both match`,
          hint: 'raise its priority, and repeat there what must also hold',
          ...(winner.resource.at && { related: [winner.resource.at] }),
        };
      }
    }
  },
};

/** Each policy that only ever loses, and one that it loses to. A tie is not a loss. */
function shadowedPolicies(vhost: Vhost): Map<Policy, Policy> {
  const losers = new Map<Policy, Policy>();
  const winners = new Set<Policy>();
  const weigh = (candidates: readonly Policy[]) => {
    const [first] = candidates;
    for (const policy of candidates) {
      if (!first || policy.priority === first.priority) winners.add(policy);
      else losers.set(policy, first);
    }
  };
  for (const { type, policies } of vhost.queues.values()) {
    if (policies.length === 0) continue;
    weigh(policies.filter((policy) => voidingKeys(policy, type, vhost.version).length === 0));
  }
  for (const { policies } of vhost.exchanges.values()) weigh(policies);
  for (const policy of winners) losers.delete(policy);
  return losers;
}
