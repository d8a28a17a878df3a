import {
  type Address,
  addTo,
  type Change,
  type Context,
  type Kind,
  kindOf,
  matchedBy,
  type Resource,
  renamedFrom,
  renamesIn,
  subject,
} from '../model/index.ts';
import type { Difference } from './resources.ts';

/**
 * Marks the replacements that move the contents of a resource, and deletes what was renamed, with a move to the new
 * name. A move that was interrupted continues whether it is wanted or not, also where the resource is already as
 * declared.
 */
export function markMoves(
  difference: Difference,
  context: Context,
  kinds: Readonly<Record<string, Kind>>,
  isWanted: (resource: Resource) => boolean,
): Difference {
  const isUnderWay = (resource: Resource) => isMoveUnderWay(resource, context, kinds);
  const renamed = renamesIn(context);
  const found = [...difference.changes, ...deletionsOf(renamed.keys(), difference.changes, context)];
  const changes = found.map((change): Change => {
    if (change.action === 'delete') {
      const movesTo = renamed.get(change.before.address);
      if (movesTo === undefined) return change;
      const at = context.desired.get(movesTo)?.at;
      return { ...change, before: { ...change.before, ...(at && { at }) }, movesTo };
    }
    const { after } = change;
    const kind = kinds[kindOf(after.address)];
    const isAsked = () =>
      kind?.movesByDefault ? !kind.whyNotMoved?.(change, context) : kind?.whyNotMoved && isWanted(after);
    const isRename =
      change.action === 'create' && kind?.createdByRename && renamedFrom(after, context) !== undefined;
    const moves = isUnderWay(after) || isRename || (change.action === 'replace' && isAsked());
    return moves ? { ...change, moves: true } : change;
  });
  const changed = new Set(changes.map((change) => subject(change).address));
  const unfinished: Change[] = [];
  for (const after of context.desired.values()) {
    if (!isUnderWay(after) || changed.has(after.address)) continue;
    const before = context.live.get(after.address);
    if (before) unfinished.push({ action: 'update', before, after, fields: [], moves: true });
  }
  const all = [...changes, ...unfinished].sort((a, b) => (subject(a).address < subject(b).address ? -1 : 1));
  return {
    changes: all,
    inSync: difference.inSync - unfinished.length,
    unmanaged: difference.unmanaged.filter((address) => !renamed.has(address)),
  };
}

/** Whether a move of this resource was interrupted. */
export function isMoveUnderWay(
  resource: Resource,
  context: Context,
  kinds: Readonly<Record<string, Kind>>,
): boolean {
  return kinds[kindOf(resource.address)]?.isBeingMoved?.(resource, context) === true;
}

/** Nobody has to retire an old name. */
function deletionsOf(names: Iterable<Address>, changes: readonly Change[], { live }: Context): Change[] {
  const known = new Set(changes.map((change) => subject(change).address));
  return [...names].flatMap((address): Change[] => {
    const before = live.get(address);
    return before && !known.has(address) ? [{ action: 'delete', before }] : [];
  });
}

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
