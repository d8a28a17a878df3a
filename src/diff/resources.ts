import {
  type Address,
  addressMatcher,
  type Change,
  type Context,
  equalJson,
  type FieldChange,
  isMapping,
  isSecretRef,
  type Json,
  type JsonObject,
  type Kind,
  kindOf,
  matchedBy,
  placeOf,
  type Resource,
  systemOwned,
} from '../model/index.ts';

export interface DiffInput {
  /** Both sides, completed. */
  readonly context: Context;
  readonly kinds: Readonly<Record<string, Kind>>;
  /** Retired addresses. */
  readonly retired: readonly Address[];
  /** Address globs of owned resources. */
  readonly owns: readonly string[];
  /** Address globs of owned resources that the project ignores. */
  readonly ignore?: readonly string[];
  /** Whether unmanaged resources are deleted. */
  readonly prune: boolean;
}

export interface Difference {
  /** Sorted by address. */
  readonly changes: readonly Change[];
  readonly inSync: number;
  /** Owned, not declared, and not deleted by this plan. */
  readonly unmanaged: readonly Address[];
}

/**
 * Matches desired and live resources by address. A live resource without a declaration is deleted only if it is
 * retired, or if it is owned and pruning is enabled. Resources that the system owns or the project ignores are
 * neither unmanaged nor pruned.
 */
export function diffResources(input: DiffInput): Difference {
  const { desired, live } = input.context;
  const changes: Change[] = [];
  const unmanaged: Address[] = [];
  let inSync = 0;
  for (const after of desired.values()) {
    const change = compare(live.get(after.address), after, input);
    if (change) changes.push(change);
    else inSync++;
  }
  const retired = new Set(input.retired);
  const owned = input.owns.map(addressMatcher);
  const system = systemOwned(live, input.kinds);
  const ignored = matchedBy(input.ignore ?? [], live, input.kinds);
  for (const before of live.values()) {
    const { address } = before;
    if (desired.has(address)) continue;
    // A retired resource is never skipped silently: the plan shows why it cannot be deleted.
    const isRetired = retired.has(address);
    if (!isRetired && (system.has(address) || ignored.has(address))) continue;
    const { indispensable, isAlwaysThere } = kind(input, address);
    if (!isRetired && isAlwaysThere) continue;
    const isOwned = owned.some((matches) => matches(address));
    const isPruned = isOwned && input.prune && indispensable?.(before, input.context.broker) !== true;
    if (isRetired || isPruned) changes.push({ action: 'delete', before });
    else if (isOwned) unmanaged.push(address);
  }
  changes.sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  return { changes, inSync, unmanaged: unmanaged.sort() };
}

function compare(before: Resource | undefined, after: Resource, input: DiffInput): Change | undefined {
  if (!before) return { action: 'create', after };
  const differences = diffSpecs(before.spec, after.spec);
  if (differences.length === 0) return undefined;
  const update = { action: 'update', before, after, fields: differences } as const;
  const fields = differences.map((difference): FieldChange => {
    const at = placeOf(after, difference.path);
    const fixed = kind(input, after.address).immutableReason?.(difference.path, update, input.context);
    return { ...difference, ...(at && { at }), ...(fixed !== undefined && { immutable: fixed }) };
  });
  const action = fields.some((field) => field.immutable !== undefined) ? 'replace' : 'update';
  return { action, before, after, fields };
}

function kind(input: DiffInput, address: Address): Kind {
  const found = input.kinds[kindOf(address)];
  if (!found) throw new Error(`no kind for ${address}`);
  return found;
}

function addressOf(change: Change): Address {
  return change.action === 'delete' ? change.before.address : change.after.address;
}

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
  return isMapping(value) && !isSecretRef(value) && !('$type' in value);
}
