import { type Address, addressMatcher, kindOf } from './address.ts';
import type { Kind } from './provider.ts';
import type { Resource } from './resource.ts';
import { cascades } from './scope.ts';

type Kinds = Readonly<Record<string, Kind>>;
type Live = ReadonlyMap<Address, Resource>;

/** Why live resources are left alone, worked out for those that are asked for: most are declared, and nobody asks. */
export interface Reasons {
  has(address: Address): boolean;
  get(address: Address): string | undefined;
}

/**
 * Live resources that the broker, a plug-in or a connected client made for itself, with the reason, and everything
 * that disappears with one of them: the bindings of an exclusive queue. Never unmanaged, pruned or imported.
 */
export function systemOwned(live: Live, kinds: Kinds): Reasons {
  return withCascades(live, kinds, (resource) => kinds[kindOf(resource.address)]?.systemOwned?.(resource));
}

/** Live resources that match one of these globs, with the glob, and everything that disappears with one of them. */
export function matchedBy(globs: readonly string[], live: Live, kinds: Kinds): Reasons {
  if (globs.length === 0) return new Map();
  const matchers = globs.map((glob) => [glob, addressMatcher(glob)] as const);
  return withCascades(live, kinds, ({ address }) => matchers.find(([, matches]) => matches(address))?.[0]);
}

function withCascades(
  live: Live,
  kinds: Kinds,
  reasonOf: (resource: Resource) => string | undefined,
): Reasons {
  /** Only of what others need: most resources are bindings, and nothing needs one. */
  const ofNeeds = new Map<Address, string | undefined>();
  const find = (resource: Resource): string | undefined => {
    const own = reasonOf(resource);
    if (own !== undefined) return own;
    const kind = kinds[kindOf(resource.address)];
    for (const need of resource.dependsOn) {
      const reason = cascades(kind, need) ? findNeed(need) : undefined;
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
  const get = (address: Address): string | undefined => {
    const resource = live.get(address);
    return resource && find(resource);
  };
  const findNeed = (address: Address): string | undefined => {
    const known = ofNeeds.get(address);
    if (known !== undefined || ofNeeds.has(address)) return known;
    // Before the recursion, so that resources that need each other end it.
    ofNeeds.set(address, undefined);
    const reason = get(address);
    ofNeeds.set(address, reason);
    return reason;
  };
  return { get, has: (address) => get(address) !== undefined };
}
