import type { Rule } from '../../../model/index.ts';
import { disablingKeys } from '../kinds/policy/in-force.ts';
import { type Policy, type Queue, type Vhost, vhostsOf } from '../routing/read-topology.ts';

export const policyDisabled: Rule = {
  code: 'rabbitmq/policy-disabled',
  severity: 'warning',
  summary: 'An unsupported key disables a policy for a matching queue',
  explain: `
A policy applies to a queue as a whole or not at all. If its definition contains **one key that the queue type does
not support**, the broker silently skips the policy for that queue and uses the next matching policy, if any. The
other keys of the skipped policy have no effect either. Split the policy by queue type with \`apply-to\`, or by name
with patterns.

Bad:
\`\`\`yaml
queues: { orders: { type: quorum }, mails: { type: classic } }
policies:
  limits: { pattern: .*, apply-to: queues, definition: { max-length: 1000, delivery-limit: 5 } }   # skipped for mails
\`\`\`
Good:
\`\`\`yaml
policies:
  limits: { pattern: .*, apply-to: classic_queues, definition: { max-length: 1000 } }
  quorum: { pattern: .*, apply-to: quorum_queues, definition: { max-length: 1000, delivery-limit: 5 } }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const [policy, { key, queue, count }] of disabledPolicies(vhost)) {
        const others = count > 1 ? ` and ${count - 1} more` : '';
        yield {
          resource: policy.resource,
          path: ['definition', key],
          message: `policy "${policy.name}" does not apply to ${queue.type} queue "${queue.name}"${others}: ${queue.type} queues do not support "${key}"`,
          hint: 'split the policy by queue type',
          ...(queue.resource.at && { related: [queue.resource.at] }),
        };
      }
    }
  },
};

interface Disabled {
  readonly key: string;
  readonly queue: Queue;
  readonly count: number;
}

function disabledPolicies(vhost: Vhost): Map<Policy, Disabled> {
  const found = new Map<Policy, Disabled>();
  for (const queue of vhost.queues.values()) {
    for (const policy of queue.policies) {
      const [key] = disablingKeys(policy.definition, queue.type, vhost.version);
      // This policy applies; those of lower priority never would.
      if (key === undefined) break;
      const known = found.get(policy);
      found.set(policy, known ? { ...known, count: known.count + 1 } : { key, queue, count: 1 });
    }
  }
  return found;
}
