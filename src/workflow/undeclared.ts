import {
  type Address,
  cascades,
  fieldTextOf,
  indexByAddress,
  type Json,
  type Kind,
  kindOf,
  type Resource,
  type Undeclared,
} from '../model/index.ts';

/**
 * Each with what would disappear with it, which needs no word of its own.
 * @param live what is on the broker after an apply
 */
export function undeclaredResources(
  resources: readonly Resource[],
  kinds: Readonly<Record<string, Kind>>,
  owned: ReadonlySet<Address>,
  live: ReadonlyMap<Address, Resource>,
): Undeclared[] {
  const all = indexByAddress(resources);
  const along = new Map<Address, Address[]>();
  for (const resource of resources) {
    const root = rootOf(resource, all, kinds);
    const others = along.get(root) ?? [];
    along.set(root, others);
    if (root !== resource.address) others.push(resource.address);
  }
  return Array.from(along, ([address, others]): Undeclared => {
    const { at, ...resource } = all.get(address) ?? { address, spec: {}, dependsOn: [] };
    const still = kinds[kindOf(address)]?.stillText?.(live.get(address) ?? resource, live);
    return {
      address,
      ...(kinds[kindOf(address)]?.title(resource) ?? { title: address, detail: '' }),
      ...(at && { at }),
      ...(others.length > 0 && { dependents: others.sort() }),
      owned: owned.has(address),
      ...(still !== undefined && { still }),
    };
  });
}

/** What takes a resource along when it goes, and is taken along by nothing itself: a vhost, a queue. */
function rootOf(
  resource: Resource,
  all: ReadonlyMap<Address, Resource>,
  kinds: Readonly<Record<string, Kind>>,
): Address {
  const kind = kinds[kindOf(resource.address)];
  const taker = resource.dependsOn.find((need) => all.has(need) && cascades(kind, need));
  const above = taker === undefined ? undefined : all.get(taker);
  return above ? rootOf(above, all, kinds) : resource.address;
}

/** Top-level fields that only the base declares: undeclared fields are not changed. */
export function undeclaredFields(
  live: ReadonlyMap<Address, Resource>,
  after: Resource,
  kinds: Readonly<Record<string, Kind>>,
): Undeclared[] {
  const before = live.get(after.address);
  const kind = kinds[kindOf(after.address)];
  if (!before || !kind) return [];
  const keys = Object.keys(before.spec)
    .sort()
    .filter((key) => (before.spec[key] ?? null) !== null && after.spec[key] === undefined);
  if (keys.length === 0) return [];
  const fields = keys.map((key) => ({
    name: kind.fieldName?.([key]) ?? key,
    before: textOf(kind, key, before.spec[key] ?? null),
  }));
  const reset = kind.resetText?.(keys);
  const { address, at } = after;
  return [
    {
      ...{ address, ...kind.title(after), fields, owned: false },
      ...(reset !== undefined && { reset }),
      ...(at && { at }),
    },
  ];
}

function textOf(kind: Kind, key: string, value: Json): string {
  return fieldTextOf(kind, [key], value);
}
