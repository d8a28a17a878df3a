import { type Address, addressMatcher, kindOf } from './address.ts';
import type { Kind } from './provider.ts';
import type { Resource } from './resource.ts';
import { cascades } from './scope.ts';

type Kinds = Readonly<Record<string, Kind>>;
type Live = ReadonlyMap<Address, Resource>;

/**
 * Live resources that the broker, a plug-in or a connected client made for itself, with the reason, and everything
 * that disappears with one of them: the bindings of an exclusive queue. Never unmanaged, pruned or imported.
 */
export function systemOwned(live: Live, kinds: Kinds): Map<Address, string> {
  return withCascades(live, kinds, (resource) => kinds[kindOf(resource.address)]?.systemOwned?.(resource));
}

/** Live resources that match one of these globs, with the glob, and everything that disappears with one of them. */
export function matchedBy(globs: readonly string[], live: Live, kinds: Kinds): Map<Address, string> {
  if (globs.length === 0) return new Map();
  const matchers = globs.map((glob) => [glob, addressMatcher(glob)] as const);
  return withCascades(live, kinds, ({ address }) => matchers.find(([, matches]) => matches(address))?.[0]);
}

function withCascades(
  live: Live,
  kinds: Kinds,
  reasonOf: (resource: Resource) => string | undefined,
): Map<Address, string> {
  const reasons = new Map<Address, string | undefined>();
  const find = (resource: Resource): string | undefined => {
    const { address, dependsOn } = resource;
    if (reasons.has(address)) return reasons.get(address);
    let reason = reasonOf(resource);
    // Before the recursion, so that resources that need each other end it.
    reasons.set(address, reason);
    for (const need of dependsOn) {
      if (reason !== undefined) break;
      const needed = live.get(need);
      const goes = needed && cascades(kinds[kindOf(address)], need);
      if (goes) reason = find(needed);
    }
    reasons.set(address, reason);
    return reason;
  };
  for (const resource of live.values()) find(resource);
  return new Map(
    [...reasons].flatMap(([address, reason]) => (reason === undefined ? [] : [[address, reason]])),
  );
}
