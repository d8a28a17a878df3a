import { type Address, type Context, type Kind, kindOf, type Uncompared } from '../model/index.ts';
import { secretPaths } from './resets.ts';

/**
 * Declared secrets of which the broker does not tell whether they are still the same. Those of resources that change
 * anyway, or are new, are left out.
 * @param sides as declared and as read: what a kind cannot compare, its completion may leave out
 */
export function uncomparedSecrets(
  { desired, live, broker }: Context,
  kinds: Readonly<Record<string, Kind>>,
  changed: ReadonlySet<Address>,
): Uncompared[] {
  return [...desired.values()].flatMap(({ address, spec }) => {
    const found = live.get(address);
    const canCompare = kinds[kindOf(address)]?.canCompareSecret;
    if (!found || !canCompare || changed.has(address)) return [];
    const fields = secretPaths(spec, [])
      .filter(([path]) => !canCompare(path, found, broker))
      .map(([path]) => path.join('.'));
    return fields.length > 0 ? [{ address, fields }] : [];
  });
}
