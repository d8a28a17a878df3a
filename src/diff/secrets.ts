import {
  type Address,
  addressMatcher,
  type Change,
  type Context,
  type FieldChange,
  HIDDEN,
  isObject,
  isSecretRef,
  type Json,
  type Kind,
  kindOf,
  placeOf,
  type Resource,
  type Uncompared,
} from '../model/index.ts';
import type { Difference } from './resources.ts';

/**
 * Adds the secrets of matching declared resources to the changes although the live state shows no difference,
 * because some brokers do not return whether a password changed.
 * @param globs of addresses
 */
export function resetSecrets(difference: Difference, context: Context, globs: readonly string[]): Difference {
  if (globs.length === 0) return difference;
  const matchers = globs.map(addressMatcher);
  const asked = [...context.desired.values()].filter(({ address }) =>
    matchers.some((matches) => matches(address)),
  );
  const changes = new Map<Address, Change>(
    difference.changes.map((change) => [
      change.action === 'delete' ? change.before.address : change.after.address,
      change,
    ]),
  );
  let { inSync } = difference;
  for (const after of asked) {
    const known = changes.get(after.address);
    const before = context.live.get(after.address);
    if (!before || (known && known.action !== 'update')) continue;
    const fields = known?.fields ?? [];
    const added = secretFields(after).filter(
      ({ path }) => !fields.some((field) => startsWith(path, field.path)),
    );
    if (added.length === 0) continue;
    if (!known) inSync--;
    changes.set(after.address, {
      ...{ action: 'update', before, after },
      ...{ fields: [...fields, ...added], resets: true },
    });
  }
  const sorted = [...changes].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...difference, changes: sorted.map(([, change]) => change), inSync };
}

function secretFields(after: Resource): FieldChange[] {
  return Object.entries(after.spec).flatMap(([key, value]) =>
    secretPaths(value, [key]).map(([path, secret]) => {
      const at = placeOf(after, path);
      return { path, before: HIDDEN, after: secret, ...(at && { at }) };
    }),
  );
}

/** Every secret in a value, with its path. */
function secretPaths(value: Json, path: readonly string[]): [path: readonly string[], secret: Json][] {
  if (isSecretRef(value)) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item: Json, i) => secretPaths(item, [...path, String(i)]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, [...path, key]));
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((part, index) => path[index] === part);
}

/**
 * Declared secrets that cannot be compared because the broker does not return them. Excludes new resources and
 * resources with other changes.
 * @param sides as declared and as read, because completion can drop fields that a kind cannot compare
 */
export function uncomparedSecrets(
  { desired, live, broker }: Context,
  kinds: Readonly<Record<string, Kind>>,
  changed: ReadonlySet<Address>,
): Uncompared[] {
  return [...desired.values()].flatMap(({ address, spec }) => {
    const canCompare = kinds[kindOf(address)]?.canCompareSecret;
    const found = canCompare && live.get(address);
    if (!found || changed.has(address)) return [];
    const fields = secretPaths(spec, [])
      .filter(([path]) => !canCompare(path, found, broker))
      .map(([path]) => path.join('.'));
    return fields.length > 0 ? [{ address, fields }] : [];
  });
}
