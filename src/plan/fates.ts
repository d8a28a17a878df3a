import type { Address, Resource } from '../model/index.ts';
import type { DependentsOf } from './dependents.ts';

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
