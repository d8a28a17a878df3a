import type { Rule } from '../../../model/index.ts';
import { type Policy, type Vhost, vhostsOf } from '../routing/read-topology.ts';

export const policyUnmatched: Rule = {
  code: 'rabbitmq/policy-unmatched',
  severity: 'info',
  summary: 'A policy matches no declared queue or exchange',
  explain: `
The policy's pattern is a regular expression that can match any part of a name. It matches no declared queue or
exchange. This is correct for queues that applications declare. Otherwise it is a mistake, such as the glob
\`orders.*.failed\` instead of a regular expression, or an \`apply-to\` that excludes the queues.

Bad:
\`\`\`yaml
queues: { orders: {} }
policies:
  limits: { pattern: ^order$, definition: { max-length: 1000 } }
\`\`\`
Good:
\`\`\`yaml
queues: { orders: {} }
policies:
  limits: { pattern: ^orders$, definition: { max-length: 1000 } }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      // A topology of policies only targets resources that others declare.
      if (vhost.policies.length === 0 || vhost.queues.size + vhost.exchanges.size === 0) continue;
      const matched = new Set<Policy>();
      for (const { policies } of [...vhost.queues.values(), ...vhost.exchanges.values()]) {
        for (const policy of policies) matched.add(policy);
      }
      for (const policy of vhost.policies) {
        if (matched.has(policy) || mayMatch(policy, vhost)) continue;
        yield {
          resource: policy.resource,
          path: ['pattern'],
          message: `policy "${policy.name}" matches no declared queue or exchange`,
          hint: 'check apply-to and the pattern, which is a regular expression',
        };
      }
    }
  },
};

/** Whether the policy may match a declared name, because its pattern cannot be evaluated. */
function mayMatch({ names }: Policy, { queues, exchanges }: Vhost): boolean {
  return [...queues.keys(), ...exchanges.keys()].some((name) => names.matches(name) === undefined);
}
