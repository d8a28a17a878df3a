import type { Rule } from '../../../model/index.ts';
import { type Policy, topologyOf, type Vhost } from '../effects/topology/read.ts';

export const policyUnmatched: Rule = {
  code: 'rabbitmq/policy-unmatched',
  severity: 'info',
  summary: 'A policy matches no declared queue or exchange',
  explain: `
The pattern of the policy is a regular expression that is looked for anywhere in the name; it matches nothing that is
declared here. That is fine for a policy about queues that applications declare, and otherwise a slip: a glob such as
\`orders.*.failed\` in the place of a regular expression, or an \`apply-to\` that leaves them out.

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      // Policies alone in a file are about what others declare.
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
          message: `policy "${policy.name}" matches nothing that is declared here`,
          hint: 'check the pattern, a regular expression, and apply-to',
        };
      }
    }
  },
};

/** Whether a name is among those declared of which it is not known whether it matches. */
function mayMatch({ names }: Policy, { queues, exchanges }: Vhost): boolean {
  return [...queues.keys(), ...exchanges.keys()].some((name) => names.matches(name) === undefined);
}
