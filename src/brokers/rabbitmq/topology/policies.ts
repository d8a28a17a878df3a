import type { JsonObject, Resource } from '../../../model/index.ts';
import type { NamePatterns } from '../patterns/pattern.ts';
import { atLeast } from '../version.ts';
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

const QUEUE_TYPES: Readonly<Record<string, string>> = {
  classic_queues: 'classic',
  quorum_queues: 'quorum',
  streams: 'stream',
};

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
      (kind === 'queue' && QUEUE_TYPES[applyTo] === type);
    return covers && names.matches(name) === true;
  });
}

const MIRRORING = ['ha-mode', 'ha-params', 'ha-sync-mode', 'ha-promote-on-shutdown', 'ha-promote-on-failure'];
const STREAM_ONLY = ['max-age', 'stream-max-segment-size-bytes', 'initial-cluster-size'];
const IN_MEMORY = ['max-in-memory-length', 'max-in-memory-bytes'];

/** Keys that make a whole policy void for a queue of this type; seen on 3.10.8 and 4.3.6. */
const VOIDING: Readonly<Record<string, readonly string[]>> = {
  classic: ['dead-letter-strategy', 'delivery-limit', 'target-group-size', ...STREAM_ONLY],
  quorum: ['queue-mode', 'queue-master-locator', ...MIRRORING, ...STREAM_ONLY],
  stream: [
    'expires',
    'message-ttl',
    'dead-letter-exchange',
    'dead-letter-routing-key',
    'dead-letter-strategy',
    'max-length',
    ...IN_MEMORY,
    'overflow',
    'queue-mode',
    'queue-master-locator',
    'delivery-limit',
    'target-group-size',
    ...MIRRORING,
  ],
};

/** The keys of a policy for which the broker passes it over, silently and whole, at a queue of this type. */
export function voidingKeys(policy: Policy, queueType: string, version: string): string[] {
  const keys = VOIDING[queueType] ?? [];
  const byVersion =
    queueType !== 'classic' ? [] : atLeast({ version }, 4, 0) ? IN_MEMORY : ['queue-leader-locator'];
  return Object.keys(policy.definition).filter((key) => keys.includes(key) || byVersion.includes(key));
}

/** The one policy that holds for a queue: among those that match and are not void, the first. */
export function effectivePolicy(
  matching: readonly Policy[],
  queueType: string,
  version: string,
): Policy | undefined {
  return matching.find((policy) => voidingKeys(policy, queueType, version).length === 0);
}
