import {
  type Address,
  type Change,
  type Context,
  type Kind,
  kindOf,
  type Resource,
  subject,
} from '../model/index.ts';
import type { Difference } from './resources.ts';

/**
 * Marks the replacements that move the contents of a resource. A move that was interrupted continues whether it is
 * wanted or not, also where the resource is already as declared.
 */
export function markMoves(
  difference: Difference,
  context: Context,
  kinds: Readonly<Record<string, Kind>>,
  isWanted: (resource: Resource) => boolean,
): Difference {
  const kindFor = (address: Address) => kinds[kindOf(address)];
  const isUnderWay = (resource: Resource) =>
    kindFor(resource.address)?.isBeingMoved?.(resource, context) === true;
  const changes = difference.changes.map((change): Change => {
    if (change.action === 'delete') return change;
    const { after } = change;
    const kind = kindFor(after.address);
    const isAsked = kind?.movesByDefault
      ? !kind.whyNotMoved?.(change, context)
      : kind?.whyNotMoved && isWanted(after);
    const moves = isUnderWay(after) || (change.action === 'replace' && isAsked);
    return moves ? { ...change, moves: true } : change;
  });
  const changed = new Set(changes.map((change) => subject(change).address));
  const unfinished = [...context.desired.values()].flatMap((after): Change[] => {
    const before = context.live.get(after.address);
    if (!before || changed.has(after.address) || !isUnderWay(after)) return [];
    return [{ action: 'update', before, after, fields: [], moves: true }];
  });
  if (unfinished.length === 0) return { ...difference, changes };
  const all = [...changes, ...unfinished].sort((a, b) => (subject(a).address < subject(b).address ? -1 : 1));
  return { ...difference, changes: all, inSync: difference.inSync - unfinished.length };
}
