import type { JsonObject, Resource } from '../../../../model/index.ts';
import { APPLY_TO_TYPES, policyKeys } from '../../fields/policy.ts';
import { isQueueType } from '../../fields/queue.ts';
import type { NamePatterns } from '../../kinds/policy/pattern.ts';
import { includes } from '../../version.ts';
import type { Policy } from './model.ts';

/** Which policy holds for what. https://www.rabbitmq.com/docs/policies */

export function readPolicy(resource: Resource, name: string, patterns: NamePatterns): Policy {
  const { spec } = resource;
  const pattern = String(spec.pattern ?? '');
  return {
    resource,
    name,
    pattern,
    applyTo: String(spec['apply-to'] ?? 'all'),
    priority: typeof spec.priority === 'number' ? spec.priority : 0,
    definition: (spec.definition ?? {}) as JsonObject,
    names: patterns.compile(pattern),
  };
}

/** The policies whose pattern and `apply-to` cover a resource, in their order. */
export function matchingPolicies(
  policies: readonly Policy[],
  kind: 'queue' | 'exchange',
  type: string,
  name: string,
): Policy[] {
  return policies.filter(({ applyTo, names }) => {
    const covers =
      applyTo === 'all' ||
      applyTo === (kind === 'queue' ? 'queues' : 'exchanges') ||
      (kind === 'queue' && APPLY_TO_TYPES.get(applyTo) === type);
    return covers && names.matches(name) === true;
  });
}

/** The keys of a policy for which the broker passes it over, silently and whole, at a queue of this type. */
export function voidingKeys(policy: Policy, queueType: string, version: string): string[] {
  return Object.keys(policy.definition).filter((key) => {
    const releases = isQueueType(queueType) ? policyKeys.get(key)?.voids?.[queueType] : undefined;
    return releases !== undefined && includes(releases, { version });
  });
}

/** The one policy that holds for a queue: among those that match and are not void, the first. */
export function effectivePolicy(
  matching: readonly Policy[],
  queueType: string,
  version: string,
): Policy | undefined {
  return matching.find((policy) => voidingKeys(policy, queueType, version).length === 0);
}
