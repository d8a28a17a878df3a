import { type Address, addressMatcher, addTo, type Change, subject } from '../model/index.ts';

/**
 * Keeps the changes selected by `--target` and `--exclude`. A target includes its dependencies, and excluding a
 * creation also excludes the creations that depend on it, so that no partial topology remains.
 */
export function selectChanges(
  changes: readonly Change[],
  targets: readonly string[],
  excludes: readonly string[],
): readonly Change[] {
  if (targets.length === 0 && excludes.length === 0) return changes;
  const byAddress = new Map(changes.map((change) => [subject(change).address, change]));
  const targeted =
    targets.length === 0 ? new Set(byAddress.keys()) : withNeeds(byAddress, matching(byAddress, targets));
  const excluded = withDependents(changes, matching(byAddress, excludes));
  return changes.filter((change) => {
    const { address } = subject(change);
    return targeted.has(address) && !excluded.has(address);
  });
}

function matching(changes: ReadonlyMap<Address, Change>, globs: readonly string[]): Set<Address> {
  const matchers = globs.map(addressMatcher);
  return new Set([...changes.keys()].filter((address) => matchers.some((matches) => matches(address))));
}

function withNeeds(changes: ReadonlyMap<Address, Change>, chosen: Set<Address>): Set<Address> {
  for (const address of chosen) {
    const change = changes.get(address);
    if (!change || change.action === 'delete') continue;
    // Iterating over a Set includes values added during the iteration, so this is transitive.
    for (const need of change.after.dependsOn) if (changes.get(need)?.action === 'create') chosen.add(need);
  }
  return chosen;
}

function withDependents(changes: readonly Change[], excluded: Set<Address>): Set<Address> {
  const creations = new Map<Address, Address[]>();
  const created = new Set(
    changes.flatMap((change) => (change.action === 'create' ? [change.after.address] : [])),
  );
  for (const change of changes) {
    if (change.action === 'delete') continue;
    for (const need of change.after.dependsOn) {
      if (created.has(need)) addTo(creations, need, change.after.address);
    }
  }
  for (const address of excluded)
    for (const dependent of creations.get(address) ?? []) excluded.add(dependent);
  return excluded;
}
