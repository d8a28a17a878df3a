import { type Address, addressMatcher, addTo, type Change, type Resource, subject } from '../model/index.ts';

export interface Selecting {
  /** Address globs; everything if empty. */
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  /** Whether an interrupted move of this resource is to be continued. */
  isUnderWay(resource: Resource): boolean;
}

/**
 * Keeps the changes selected by `--target` and `--exclude`. A target includes its dependencies, and excluding a
 * creation also excludes the creations that depend on it, so that no partial topology remains. A move under way and
 * what it took from its resource belong together: bindings that come back before the messages would be bound twice. So
 * do both names of a rename.
 */
export function selectChanges(
  changes: readonly Change[],
  { targets, excludes, isUnderWay }: Selecting,
): readonly Change[] {
  if (targets.length === 0 && excludes.length === 0) return changes;
  const addresses = changes.map((change) => subject(change).address);
  const { needs, dependents, taken } = linksOf(changes, isUnderWay);
  const targeted =
    targets.length === 0 ? new Set(addresses) : withLinked(matching(addresses, targets), [needs, taken]);
  const excluded = withLinked(matching(addresses, excludes), [dependents]);
  return changes.filter((change) => {
    const { address } = subject(change);
    return targeted.has(address) && !excluded.has(address);
  });
}

type Links = ReadonlyMap<Address, readonly Address[]>;

function linksOf(
  changes: readonly Change[],
  isUnderWay: Selecting['isUnderWay'],
): Readonly<Record<'needs' | 'dependents' | 'taken', Links>> {
  const byAddress = new Map(changes.map((change) => [subject(change).address, change]));
  const needs = new Map<Address, Address[]>();
  const dependents = new Map<Address, Address[]>();
  const taken = new Map<Address, Address[]>();
  const need = (address: Address, needed: Address) => {
    addTo(needs, address, needed);
    addTo(dependents, needed, address);
  };
  const renames = new Map<Address, Address>();
  for (const change of changes) {
    if (change.action !== 'delete' || change.movesTo === undefined) continue;
    const [old, renamed] = [change.before.address, change.movesTo];
    renames.set(renamed, old);
    need(old, renamed);
    need(renamed, old);
  }
  const moving = new Set(
    changes.filter((change) => isUnderWay(subject(change))).map((change) => subject(change).address),
  );
  for (const change of changes) {
    const { address, dependsOn } = subject(change);
    for (const needed of dependsOn) {
      const isCreated = change.action !== 'delete' && byAddress.get(needed)?.action === 'create';
      if (isCreated || moving.has(needed)) need(address, needed);
      if (moving.has(needed) && change.action === 'create') addTo(taken, needed, address);
      const old = change.action === 'delete' ? undefined : renames.get(needed);
      if (old !== undefined) need(address, old);
    }
  }
  return { needs, dependents, taken };
}

function matching(addresses: readonly Address[], globs: readonly string[]): Set<Address> {
  const matchers = globs.map(addressMatcher);
  return new Set(addresses.filter((address) => matchers.some((matches) => matches(address))));
}

function withLinked(chosen: Set<Address>, links: readonly Links[]): Set<Address> {
  // Iterating over a Set includes values added during the iteration, so this is transitive.
  for (const address of chosen) {
    for (const one of links) for (const linked of one.get(address) ?? []) chosen.add(linked);
  }
  return chosen;
}
