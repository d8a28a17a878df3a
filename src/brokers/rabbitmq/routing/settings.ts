import type { Json, JsonObject, Resource } from '../../../model/index.ts';
import { isArgumentInForce, isOperatorInForce } from '../kinds/policy/in-force.ts';
import type { Policy, Setting } from './topology.ts';

/** What sets a queue: of policies, the ones that apply. */
export interface Sources {
  readonly resource: Resource;
  readonly arguments: JsonObject;
  readonly type: string;
  readonly version: string;
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
}

/** All that set a key, named without `x-`: what is in force comes first. */
export function settingsOf(queue: Sources, key: string): readonly Setting[] {
  const own = fromArgument(queue.resource, queue.arguments, `x-${key}`);
  // Most queues, which are asked for a dozen keys each.
  if (!queue.policy && !queue.operatorPolicy) return own ? [own] : NO_SETTINGS;
  const merged = byPolicies(queue, key);
  const [first] = merged;
  if (!own || !first) return own ? [own] : merged;
  return isArgumentInForce(key, queue, own.value, first.value) ? [own, ...merged] : [...merged, own];
}

const NO_SETTINGS: readonly Setting[] = [];

function byPolicies(queue: Sources, key: string): Setting[] {
  const policy = fromPolicy(queue.policy, key);
  const operator = fromPolicy(queue.operatorPolicy, key);
  if (!policy || !operator) return [policy, operator].flatMap((one) => one ?? []);
  return isOperatorInForce(key, queue.version, policy.value, operator.value)
    ? [operator, policy]
    : [policy, operator];
}

export function fromArgument(
  resource: Resource | undefined,
  args: JsonObject,
  name: string,
): Setting | undefined {
  return resource && settingAt(resource, args[name], ['arguments', name]);
}

export function fromPolicy(policy: Policy | undefined, key: string): Setting | undefined {
  return policy && settingAt(policy.resource, policy.definition[key], ['definition', key]);
}

function settingAt(
  resource: Resource,
  value: Json | undefined,
  path: readonly string[],
): Setting | undefined {
  return value === undefined || value === null ? undefined : { value, resource, path };
}
