import type { DraftSection, Mapping } from '../../../import/index.ts';
import { isObject, type Json, type JsonObject, type Source } from '../../../model/index.ts';
import { type AclOperation, operations, patterns, permissions, resourceTypes } from '../fields/acl.ts';
import { wordsOf } from '../fields/field.ts';
import type { AclSpec } from '../kinds/acl/spec.ts';
import { THROTTLE_CONFIGS } from '../kinds/configs/spec.ts';
import { INTERNAL_TOPICS } from '../kinds/topic/spec.ts';

/** What ACLs can say, word for word. */
export const WORDS = {
  types: wordsOf(resourceTypes),
  patterns: wordsOf(patterns),
  operations: wordsOf(operations),
  permissions: wordsOf(permissions),
};

/** Whom ACLs are for, and how. Defaults are those of Kafka's own tools. */
interface Grantee {
  readonly principal: string;
  readonly pattern?: AclSpec['pattern'] | undefined;
  readonly host?: string | undefined;
  readonly permission?: AclSpec['permission'] | undefined;
  readonly at: Source;
}

/** Adds an ACL for each operation. Duplicates collapse. The name is of no matter for the cluster, which has but one. */
export function grant(
  draft: DraftSection,
  { principal, pattern, host, permission = 'allow', at }: Grantee,
  type: AclSpec['resource-type'],
  name: string,
  ...allowed: readonly AclOperation[]
): void {
  const named: Json = pattern === 'prefixed' ? { prefix: name } : name;
  const resource: JsonObject = type === 'cluster' ? { cluster: true } : { [type]: named };
  const hosts = host === undefined || host === '*' ? {} : { hosts: [host] };
  for (const operation of allowed)
    draft.append(['acls', principal, permission], { ...resource, operations: [operation], ...hosts }, at);
}

export const INTERNAL = 'it is the broker’s own topic';

export function isInternal(topic: string): boolean {
  return INTERNAL_TOPICS.has(topic);
}

/** Takes over the configs that stand below a key, under the broker's own names. */
export function takeConfigs(draft: DraftSection, topic: string, from: Mapping, key: string): void {
  const configs = from.mapping(key);
  for (const name of configs?.keys() ?? []) if (configs) takeConfig(draft, topic, configs, name);
}

export function takeConfig(draft: DraftSection, topic: string, configs: Mapping, name: string): void {
  if (THROTTLE_CONFIGS.includes(name)) {
    configs.leave(name, 'it is set only while replicas move');
    return;
  }
  if (configs.account.isWithheld(configs.value, name)) return;
  const value = configs.json(name);
  if (value === undefined || value === '') configs.remark(name, 'it has no value');
  else if (isScalars(value))
    draft.put(['topics', topic, 'configs', name], value, configs.at(name), configs.places);
  else
    configs.account.error('wrong-value', configs.at(name), `${name} must be text, a number, true or false`);
}

function isScalars(value: Json): boolean {
  return Array.isArray(value)
    ? value.every((item: Json) => typeof item === 'string')
    : !isObject(value) || '$int' in value;
}
