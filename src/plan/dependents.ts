import {
  type Address,
  addTo,
  type Change,
  type Context,
  cascades,
  isMove,
  type Kind,
  kindOf,
  type Resource,
  subject,
} from '../model/index.ts';

/**
 * Live resources that are deleted with a resource they depend on, by the address of that resource; sorted by
 * address.
 */
export type DependentsOf = (address: Address) => readonly Resource[];

/**
 * Finds the dependents of deleted and replaced resources: the bindings of a queue, regardless of who created them;
 * all resources in a vhost.
 */
export function findDependents(
  context: Context,
  kinds: Readonly<Record<string, Kind>>,
  removed: ReadonlySet<Address>,
): DependentsOf {
  if (removed.size === 0) return () => [];
  const direct = new Map<Address, Resource[]>();
  for (const resource of context.live.values()) {
    const kind = kinds[kindOf(resource.address)];
    if (!kind?.cascadesFrom || kind.predeclared?.(resource)) continue;
    for (const need of resource.dependsOn) {
      if (removed.has(need) && cascades(kind, need)) addTo(direct, need, resource);
    }
  }
  for (const members of direct.values()) members.sort((a, b) => (a.address < b.address ? -1 : 1));
  return (address) => direct.get(address) ?? [];
}

/**
 * Addresses of live resources that the changes delete for good, delete and make again, or move: a move keeps what
 * depends on the resource.
 */
export function removedBy(
  changes: readonly Change[],
): Record<'deleted' | 'replaced' | 'moved', Set<Address>> {
  const removed = { deleted: new Set<Address>(), replaced: new Set<Address>(), moved: new Set<Address>() };
  for (const change of changes) {
    const { address } = subject(change);
    if (isMove(change)) removed.moved.add(address);
    else if (change.action === 'delete') removed.deleted.add(address);
    else if (change.action === 'replace') removed.replaced.add(address);
  }
  return removed;
}

/** The outcome for a live resource that is deleted with others. */
export interface Fate {
  readonly outcome: 'recreated' | 'removed';
  /**
   * Deleted resources that it depends on. If there is one, its step re-creates the resource; if there are several,
   * the resource has a separate step.
   */
  readonly takenBy: Address[];
}

/** @param isLost true for a resource that only a client can re-create */
export function decideFates(
  dependentsOf: DependentsOf,
  deleted: ReadonlySet<Address>,
  replaced: ReadonlySet<Address>,
  isLost: (resource: Resource) => boolean,
): Map<Address, Fate> {
  const fates = new Map<Address, Fate>();
  for (const address of [...deleted, ...replaced]) {
    for (const dependent of dependentsOf(address)) {
      // A replaced resource has its own step, and so do its dependents.
      if (replaced.has(dependent.address)) continue;
      const fate = fates.get(dependent.address) ?? { outcome: 'recreated', takenBy: [] };
      const isDeleted = deleted.has(address) || deleted.has(dependent.address);
      const isRemoved = fate.outcome === 'removed' || isDeleted || isLost(dependent);
      fates.set(dependent.address, {
        outcome: isRemoved ? 'removed' : 'recreated',
        takenBy: [...fate.takenBy, address],
      });
    }
  }
  return fates;
}
