import {
  type AbandonedMove,
  type Address,
  type Context,
  type Kind,
  kindOf,
  type Resource,
} from '../model/index.ts';

/** @param left by the address of the moved resource; counts come from the context */
export function describeAbandoned(
  left: ReadonlyMap<Address, readonly Resource[]>,
  kinds: Readonly<Record<string, Kind>>,
  { live }: Context,
): AbandonedMove[] {
  const titleOf = (resource: Resource) =>
    kinds[kindOf(resource.address)]?.title(resource) ?? { title: resource.address, detail: '' };
  return Array.from(left, ([address, resources]) => ({
    address,
    ...titleOf({ address, spec: {}, dependsOn: [] }),
    left: resources.map((resource) => {
      const text = kinds[kindOf(resource.address)]?.affectedText?.(live.get(resource.address) ?? resource);
      return {
        address: resource.address,
        title: titleOf(resource).title,
        ...(text !== undefined && { text }),
      };
    }),
  }));
}
