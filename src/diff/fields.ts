import { equalJson, isExactInt, isObject, isSecretRef, type Json, type JsonObject } from '../model/index.ts';

export interface FieldDifference {
  readonly path: readonly string[];
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * The fields that differ between a live and a desired spec. A top-level key that is absent from `after` is ignored;
 * below the top level, every key of either side counts. `null` and absent are equal.
 */
export function diffSpecs(before: JsonObject, after: JsonObject): FieldDifference[] {
  // Most specs are equal; detect this before sorting or allocating.
  // Completed specs have the same keys in the same order, and a value is found by its index far sooner than by its key.
  const [oldKeys, olds, nexts] = [Object.keys(before), Object.values(before), Object.values(after)];
  const changed = Object.keys(after).filter((key, i) => {
    const old = (oldKeys[i] === key ? olds[i] : before[key]) ?? null;
    const next = nexts[i] ?? null;
    return old !== next && !equalJson(old, next);
  });
  return changed.sort().flatMap((key) => diffValues([key], before[key], after[key]));
}

function diffValues(path: string[], before: Json | undefined, after: Json | undefined): FieldDifference[] {
  if (equalJson(before ?? null, after ?? null)) return [];
  if (isTree(before) && isTree(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => diffValues([...path, key], before[key], after[key]));
  }
  // An added or removed tree is reported by leaf, because users know the keys of the leaves.
  if (isTree(before) && isAbsent(after)) return diffValues(path, before, {});
  if (isAbsent(before) && isTree(after)) return diffValues(path, {}, after);
  return [{ path, ...(isAbsent(before) ? {} : { before }), ...(isAbsent(after) ? {} : { after }) }];
}

function isAbsent(value: Json | undefined): value is null | undefined {
  return value === null || value === undefined;
}

/** Whether the keys of an object are fields; exact integers, secrets and tagged values are single values. */
function isTree(value: Json | undefined): value is JsonObject {
  return isObject(value) && !isExactInt(value) && !isSecretRef(value) && !('$type' in value);
}
