import type { UpgradeRule } from '../../../model/index.ts';
import { isQueueType } from '../fields/argument.ts';
import { policyKeys } from '../fields/policy.ts';
import { queuesOf } from '../routing/read-topology.ts';

const SINCE = '4.0';

export const policyApplies: UpgradeRule = {
  code: 'rabbitmq/upgrade-policy-applies',
  since: SINCE,
  severity: 'warning',
  summary: 'A policy that a queue ignored applies to it',
  explain: `
One key that a type of queues does not support makes a whole policy void for them. 4.0 supports \`queue-leader-locator\`
for classic queues: a policy with it applies to them after the upgrade, with all its other keys, such as limits that drop
messages. Split the policy by queue type with \`apply-to\`.
`,
  *check(context) {
    for (const { name, type, policies, operatorPolicies } of queuesOf(context)) {
      for (const policy of [...policies, ...operatorPolicies]) {
        const key = Object.keys(policy.definition).find(
          (one) => isQueueType(type) && policyKeys.get(one)?.disablesFor?.[type]?.before === SINCE,
        );
        if (key === undefined) continue;
        yield {
          resource: policy.resource,
          path: ['definition', key],
          message: `policy "${policy.name}" may apply to ${type} queue "${name}", which so far ignores it because of ${key}`,
          hint: 'split the policy by queue type',
        };
      }
    }
  },
};
