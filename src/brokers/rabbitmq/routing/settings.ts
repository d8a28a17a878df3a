import { type Json, type JsonObject, type Resource, toBigInt } from '../../../model/index.ts';
import { policyKeys } from '../fields/policy.ts';
import type { Policy, Setting } from './topology.ts';

/*
 * What holds for a queue, of its arguments, its policy and its operator policy; seen on 3.10 and 4.3.
 * https://www.rabbitmq.com/docs/policies#conflict-resolution, https://www.rabbitmq.com/docs/policies#operator-policies
 */

/** What sets a queue: of policies, the ones that apply. */
export interface Sources {
  readonly resource: Resource;
  readonly arguments: JsonObject;
  readonly type: string;
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
}

/** What holds of a setting, named without `x-`. */
export function settingOf(queue: Sources, key: string): Setting | undefined {
  const how = policyKeys.get(key)?.inPlace;
  const isLimit = how === 'smaller' || how === 'lower';
  const policy = fromPolicy(queue.policy, key);
  const operator = fromPolicy(queue.operatorPolicy, key);
  const byPolicy = isLimit ? stricter(policy, operator) : (policy ?? operator);
  const argument = fromArgument(queue.resource, queue.arguments, `x-${key}`);
  if (isLimit) return stricter(argument, byPolicy);
  const policyWins = how === 'quorum-wins' && queue.type === 'quorum';
  return policyWins ? (byPolicy ?? argument) : (argument ?? byPolicy);
}

/** The smaller of two limits; a negative one is none, so that the other holds. The first of equals. */
function stricter(a: Setting | undefined, b: Setting | undefined): Setting | undefined {
  const [x, y] = [toBigInt(a?.value), toBigInt(b?.value)];
  if (x === undefined || y === undefined) return a ?? b;
  return x < 0n || y < 0n ? (x >= y ? a : b) : x <= y ? a : b;
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
