import {
  type Address,
  addTo,
  type Change,
  type Context,
  cascades,
  type Kind,
  kindOf,
  type Resource,
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

/** Addresses whose live resource the changes delete, permanently or as part of a replacement. */
export function removedBy(changes: readonly Change[]): { deleted: Set<Address>; replaced: Set<Address> } {
  const deleted = new Set<Address>();
  const replaced = new Set<Address>();
  for (const change of changes) {
    if (change.action === 'delete') deleted.add(change.before.address);
    if (change.action === 'replace') replaced.add(change.before.address);
  }
  return { deleted, replaced };
}
