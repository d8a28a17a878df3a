import type { Rule } from '../../../model/index.ts';
import { disablingKeys } from '../kinds/policy/in-force.ts';
import { exactPattern } from '../kinds/policy/pattern.ts';
import { queueTunedBy } from '../kinds/policy/rank.ts';
import { type Policy, type Vhost, vhostsOf } from '../routing/read-topology.ts';

export const policyShadowed: Rule = {
  code: 'rabbitmq/policy-shadowed',
  severity: 'info',
  summary: 'A policy has no effect because policies of higher priority match the same queues and exchanges',
  explain: `
RabbitMQ does not merge policies: only the policy with the highest priority applies. For every declared queue or
exchange that this policy matches, another policy has a higher priority.

Bad:
\`\`\`yaml
queues: { orders: {} }
policies:
  ttl:    { pattern: ^orders, priority: 1, definition: { message-ttl: 60000 } }
  limits: { pattern: .*, priority: 5, definition: { max-length: 1000 } }        # ttl never applies
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
    for (const vhost of vhostsOf(context)) {
      for (const [policy, winner] of shadowedPolicies(vhost)) {
        yield {
          resource: policy.resource,
          message: `policy "${policy.name}" has no effect: "${winner.name}" has a higher priority wherever both match`,
          hint: 'raise its priority, and copy the other settings that you need into it',
          ...(winner.resource.at && { related: [winner.resource.at] }),
        };
      }
    }
  },
};

/** Each policy that never applies, with one that takes precedence. A tie does not count. */
function shadowedPolicies(vhost: Vhost): Map<Policy, Policy> {
  const losers = new Map<Policy, Policy>();
  const winners = new Set<Policy>();
  const weigh = (candidates: readonly Policy[]) => {
    const [first] = candidates;
    for (const policy of candidates) {
      if (!first || policy.priority === first.priority || isTuning(first)) winners.add(policy);
      else losers.set(policy, first);
    }
  };
  for (const { type, policies } of vhost.queues.values()) {
    if (policies.length === 0) continue;
    weigh(policies.filter((policy) => disablingKeys(policy.definition, type, vhost.version).length === 0));
  }
  for (const { policies } of vhost.exchanges.values()) weigh(policies);
  for (const policy of winners) losers.delete(policy);
  return losers;
}

/** The policy of a queue with `tuning: policy` contains what it outranks. */
function isTuning({ name, pattern }: Policy): boolean {
  return pattern === exactPattern(queueTunedBy(name) ?? '');
}
