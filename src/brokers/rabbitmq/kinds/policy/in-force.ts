import type { Json, JsonObject } from '../../../../model/index.ts';
import { isQueueType } from '../../fields/argument.ts';
import { APPLY_TO_TYPES, policyKeys } from '../../fields/policy.ts';
import { atLeast, includes } from '../../version.ts';

/*
 * What is in force where an argument, a policy and an operator policy set the same: read in the code of RabbitMQ 3.10.8
 * and 4.3.6, and compared with these brokers in test/live/rabbitmq/policies.test.ts.
 */

/** Whether `apply-to` covers a queue or exchange. @param type of the queue */
export function appliesTo(applyTo: Json, kind: 'queue' | 'exchange', type: Json | undefined): boolean {
  const isOfType = kind === 'queue' && APPLY_TO_TYPES.get(String(applyTo)) === type;
  return applyTo === 'all' || applyTo === `${kind}s` || isOfType;
}

/** The keys of a definition for which the broker passes a policy over, silently and whole, at a queue of this type. */
export function disablingKeys(definition: JsonObject, queueType: string, version: string): string[] {
  if (!isQueueType(queueType)) return [];
  return Object.keys(definition).filter((key) => {
    const releases = policyKeys.get(key)?.disablesFor?.[queueType];
    return releases !== undefined && includes(releases, { version });
  });
}

/**
 * Whether a queue's argument counts, and not the same key of its policies: the smaller one of most limits, the policy
 * on streams. `rabbit_queue_type_util:args_policy_lookup` and its callers.
 */
export function isArgumentInForce(
  key: string,
  { type, version }: { readonly type: string; readonly version: string },
  argument: Json,
  policy: Json,
): boolean {
  if (type === 'stream') return false;
  switch (policyKeys.get(key)?.inPlace) {
    case 'smaller':
      // Quorum queues took the policy's expiry, whichever was shorter.
      if (key === 'expires' && type === 'quorum' && !atLeast({ version }, '4.0')) return false;
      return isSmaller(argument, policy);
    case 'lower':
      return isStricter(argument, policy, version);
    case 'quorum-wins':
      return type !== 'quorum';
    default:
      return true;
  }
}

/** Whether an operator policy's value counts, and not that of the policy. `rabbit_policies:merge_policy_value`. */
export function isOperatorInForce(key: string, version: string, policy: Json, operator: Json): boolean {
  if (key === 'delivery-limit') return isStricter(operator, policy, version);
  return typeof operator === 'number' && typeof policy === 'number' ? operator < policy : true;
}

/** A negative delivery limit is none, from 4.0 on; before, it was the smaller number. */
function isStricter(one: Json, other: Json, version: string): boolean {
  const unlimited = [one, other].some((value) => typeof value === 'number' && value < 0);
  return unlimited && atLeast({ version }, '4.0') ? isSmaller(other, one) : isSmaller(one, other);
}

function isSmaller(one: Json, other: Json): boolean {
  return typeof one === 'number' && typeof other === 'number' ? one < other : typeof one === 'number';
}
