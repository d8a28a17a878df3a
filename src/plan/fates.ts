import type { Address, Resource } from '../model/index.ts';
import type { DependantsOf } from './dependants.ts';

/** What becomes of a live resource that disappears with others. */
export interface Fate {
  readonly outcome: 'recreated' | 'removed';
  /** Removed resources that take it along. One of them makes it again at once; after several, a step of its own does. */
  readonly takenBy: Address[];
}

/** @param isLost of what nobody but a client can make again */
export function decideFates(
  dependantsOf: DependantsOf,
  deleted: ReadonlySet<Address>,
  replaced: ReadonlySet<Address>,
  isLost: (resource: Resource) => boolean,
): Map<Address, Fate> {
  const fates = new Map<Address, Fate>();
  for (const address of [...deleted, ...replaced]) {
    for (const dependant of dependantsOf(address)) {
      // What is replaced itself keeps its own step, and so do the dependants it takes along.
      if (replaced.has(dependant.address)) continue;
      const fate = fates.get(dependant.address) ?? { outcome: 'recreated', takenBy: [] };
      const isDeleted = deleted.has(address) || deleted.has(dependant.address);
      const isRemoved = fate.outcome === 'removed' || isDeleted || isLost(dependant);
      fates.set(dependant.address, {
        outcome: isRemoved ? 'removed' : 'recreated',
        takenBy: [...fate.takenBy, address],
      });
    }
  }
  return fates;
}
