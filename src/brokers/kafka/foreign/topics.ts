import type { DraftSection, Mapping } from '../../../model/foreign/index.ts';
import { isObject, type Json } from '../../../model/index.ts';
import { INTERNAL_TOPICS } from '../resources.ts';
import { THROTTLE_CONFIGS } from '../specs.ts';

export const INTERNAL = 'it is the broker’s own topic';

export function isInternal(topic: string): boolean {
  return INTERNAL_TOPICS.has(topic);
}

/** Takes over the configs that stand below a key, under the broker's own names. */
export function takeConfigs(draft: DraftSection, topic: string, from: Mapping, key: string): void {
  const configs = from.mapping(key);
  for (const name of configs?.keys() ?? []) {
    if (!configs) return;
    if (THROTTLE_CONFIGS.includes(name)) {
      configs.leave(name, 'it is set only while replicas move');
      continue;
    }
    const value = configs.json(name);
    if (value === undefined || value === '') configs.remark(name, 'it has no value');
    else if (isScalars(value))
      draft.put(['topics', topic, 'configs', name], value, configs.at(name), configs.places);
    else
      configs.account.error('wrong-value', configs.at(name), `${name} must be text, a number, true or false`);
  }
}

function isScalars(value: Json): boolean {
  return Array.isArray(value)
    ? value.every((item: Json) => typeof item === 'string')
    : !isObject(value) || '$int' in value;
}
