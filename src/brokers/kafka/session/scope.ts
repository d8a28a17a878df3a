import {
  type Address,
  addressMatcher,
  makeAddress,
  parseAddress,
  type Resource,
  type Scope,
} from '../../../model/index.ts';

/** What of one kind a scope wants. */
export interface Wanted {
  /** The first segments after the kind of what is named: topic and user names. */
  readonly names: ReadonlySet<string>;
  /** The named resources as they are declared, by address. */
  readonly desired: ReadonlyMap<Address, Resource>;
  /** Whether more is wanted than what is named. */
  readonly all: boolean;
  /** Whether a live resource is wanted. */
  includes(address: Address): boolean;
}

export type KindName = 'topic' | 'acl' | 'quota' | 'user';

/** What must be asked for to find every resource of a kind in the scope; undefined where nothing must. */
export function wantedOf(scope: Scope, broker: string, kind: KindName): Wanted | undefined {
  const prefix = `${makeAddress(broker, kind)}/`;
  const desired = new Map<Address, Resource>();
  const names = new Set<string>();
  const addresses = new Set<Address>();
  for (const resource of scope.desired) {
    if (!resource.address.startsWith(prefix)) continue;
    desired.set(resource.address, resource);
    addresses.add(resource.address);
  }
  for (const address of scope.retired) if (address.startsWith(prefix)) addresses.add(address);
  for (const address of addresses) names.add(parseAddress(address).path[0] ?? '');
  const globs = scope.owns.filter((glob) => mayMatch(glob, prefix));
  if (addresses.size === 0 && globs.length === 0) return undefined;
  const matchers = globs.map(addressMatcher);
  return {
    names,
    desired,
    all: globs.length > 0,
    includes: (address) => addresses.has(address) || matchers.some((matches) => matches(address)),
  };
}

/** Whether a glob could match an address that starts with the prefix, `main/topic/`. */
function mayMatch(glob: string, prefix: string): boolean {
  // What comes after `**` may be anything, so only the segments before it decide.
  const [head = ''] = glob.split('**', 1);
  const open = head.length < glob.length;
  const segments = head.split('/');
  return prefix
    .split('/')
    .slice(0, 2)
    .every((wanted, index) => {
      const segment = segments[index];
      if (segment === undefined) return open;
      const last = open && index === segments.length - 1;
      return addressMatcher(last ? `${segment}*` : segment)(wanted);
    });
}
