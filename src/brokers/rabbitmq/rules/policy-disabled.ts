import type { Rule } from '../../../model/index.ts';
import { voidingKeys } from '../effects/topology/policies.ts';
import { type Policy, type Queue, topologyOf, type Vhost } from '../effects/topology/read.ts';

export const policyDisabled: Rule = {
  code: 'rabbitmq/policy-disabled',
  severity: 'warning',
  summary: 'One key makes a policy void for a queue that it matches',
  explain: `
A policy holds for a queue whole or not at all. When its definition has **one key that the type of the queue does not
support**, the broker passes the policy over for that queue, silently, and takes the next one that matches, or none:
the other keys do not hold either. Split the policy by type, with \`apply-to\` or with patterns.

Bad:
\`\`\`yaml
queues: { orders: { type: quorum }, mails: { type: classic } }
policies:
  limits: { pattern: .*, apply-to: queues, definition: { max-length: 1000, delivery-limit: 5 } }   # not for mails
\`\`\`
Good:
\`\`\`yaml
policies:
  limits: { pattern: .*, apply-to: classic_queues, definition: { max-length: 1000 } }
  quorum: { pattern: .*, apply-to: quorum_queues, definition: { max-length: 1000, delivery-limit: 5 } }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const [policy, { key, queue, count }] of disabledPolicies(vhost)) {
        const others = count > 1 ? ` and ${count - 1} more` : '';
        yield {
          resource: policy.resource,
          path: ['definition', key],
          message: `policy "${policy.name}" does not hold for ${queue.type} queue "${queue.name}"${others}: "${key}" makes it void there`,
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
      const [key] = voidingKeys(policy, queue.type, vhost.version);
      // This one holds; those below it would not have held anyway.
      if (key === undefined) break;
      const known = found.get(policy);
      found.set(policy, known ? { ...known, count: known.count + 1 } : { key, queue, count: 1 });
    }
  }
  return found;
}
