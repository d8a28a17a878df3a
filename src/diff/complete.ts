import {
  type Address,
  type Context,
  indexByAddress,
  type Kind,
  kindOf,
  type Resource,
} from '../model/index.ts';

/**
 * Completes both sides with the same code, so that the comparison is independent of brokers.
 * @returns a context whose maps contain completed resources.
 */
export function completeSides(
  context: Omit<Context, 'desired' | 'live'>,
  desired: Iterable<Resource>,
  live: Iterable<Resource>,
  kinds: Readonly<Record<string, Kind>>,
): Context {
  return completeContext({ ...context, desired: indexByAddress(desired), live: indexByAddress(live) }, kinds);
}

/** The same of two sides that are indexed already. */
export function completeContext(raw: Context, kinds: Readonly<Record<string, Kind>>): Context {
  const complete = (resources: ReadonlyMap<Address, Resource>) => {
    const completed = new Map<Address, Resource>();
    for (const [address, resource] of resources) {
      const spec = kinds[kindOf(address)]?.complete(resource, raw);
      completed.set(address, spec && spec !== resource.spec ? { ...resource, spec } : resource);
    }
    return completed;
  };
  return { ...raw, desired: complete(raw.desired), live: complete(raw.live) };
}
