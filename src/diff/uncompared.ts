import { type Address, type Context, type Kind, kindOf, type Uncompared } from '../model/index.ts';
import { secretPaths } from './resets.ts';

/**
 * Declared secrets that cannot be compared because the broker does not return them. Excludes new resources and
 * resources with other changes.
 * @param sides as declared and as read, because completion can drop fields that a kind cannot compare
 */
export function uncomparedSecrets(
  { desired, live, broker }: Context,
  kinds: Readonly<Record<string, Kind>>,
  changed: ReadonlySet<Address>,
): Uncompared[] {
  return [...desired.values()].flatMap(({ address, spec }) => {
    const canCompare = kinds[kindOf(address)]?.canCompareSecret;
    const found = canCompare && live.get(address);
    if (!found || changed.has(address)) return [];
    const fields = secretPaths(spec, [])
      .filter(([path]) => !canCompare(path, found, broker))
      .map(([path]) => path.join('.'));
    return fields.length > 0 ? [{ address, fields }] : [];
  });
}
