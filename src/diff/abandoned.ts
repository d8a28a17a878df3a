import {
  type Address,
  addTo,
  type Change,
  type Context,
  type Kind,
  kindOf,
  matchedBy,
  type Resource,
  subject,
} from '../model/index.ts';
import { isMoveUnderWay } from './moves.ts';

/**
 * What interrupted moves left, by the address of the moved resource, if nothing in the plan continues or mentions them:
 * the resource is no longer declared. With that resource itself, if it is there.
 * @param ignore address globs
 */
export function abandonedMoves(
  context: Context,
  kinds: Readonly<Record<string, Kind>>,
  changes: readonly Change[],
  ignore: readonly string[],
): Map<Address, Resource[]> {
  const { desired, live } = context;
  const left = new Map<Address, Resource[]>();
  for (const resource of live.values()) {
    const moved = kinds[kindOf(resource.address)]?.leftByMoveOf?.(resource, context);
    if (moved !== undefined && !desired.has(moved)) addTo(left, moved, resource);
  }
  if (left.size === 0) return left;
  const told = new Set(changes.map((change) => subject(change).address));
  for (const resource of desired.values()) {
    if (resource.was !== undefined && isMoveUnderWay(resource, context, kinds)) told.add(resource.was);
  }
  const ignored = matchedBy(ignore, live, kinds);
  return new Map(
    [...left]
      .filter(([address, found]) => !told.has(address) && !found.some((one) => ignored.has(one.address)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([address, found]) => {
        const itself = live.get(address);
        const all = [...(itself ? [itself] : []), ...found.sort((a, b) => (a.address < b.address ? -1 : 1))];
        return [address, all];
      }),
  );
}
