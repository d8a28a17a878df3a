import { equalJson, type Resource, type Risk, safe } from '../../../model/index.ts';
import { type Fields, fieldIn } from '../fields/field.ts';
import { fieldText } from '../fields/values.ts';

/** What a renamed resource is other than under its old name, because a rename has no changed fields. */
export function differenceRisks(fields: Fields, before: Resource, after: Resource): Risk[] {
  const text = (name: string, { spec }: Resource) => {
    const value = spec[name] ?? null;
    if (value === null) return 'unset';
    return fieldText(fields, [name], value) ?? (typeof value === 'string' ? value : JSON.stringify(value));
  };
  const changed = Object.keys(after.spec)
    .filter(
      (name) => fieldIn(fields, name) && !equalJson(before.spec[name] ?? null, after.spec[name] ?? null),
    )
    .sort()
    .map((name) => `${name} ${text(name, before)} → ${text(name, after)}`);
  return changed.length === 0 ? [] : [safe('renamed-differs', `also changes ${changed.join(', ')}`)];
}
