import {
  type Change,
  type Context,
  equalJson,
  isObject,
  type JsonObject,
  kindOf,
  type Order,
  type Resource,
  type Risk,
  subject,
  toBigInt,
} from '../../model/index.ts';
import { consumerNameOf } from './addresses.ts';
import { atLeast } from './version.ts';

/**
 * A stream's `consumer_limits` cannot go below what a live consumer has (error 10069), and a consumer cannot be changed
 * in the same plan before its stream is: it would then break the old limits just as well.
 */
export function consumerLimitRisks(change: Change, context: Context): Risk[] {
  if (change.action !== 'update' || !changesLimits(change)) return [];
  const limits = limitsOf(change.after);
  return ['max_ack_pending', 'inactive_threshold'].flatMap((field): Risk[] => {
    const limit = toBigInt(limits[field]) ?? 0n;
    // Servers of the 2.10 line take a limit that is not set for 0, not for none, whenever one of the two changes.
    const isZero = limit <= 0n && !atLeast(context.broker, '2.11');
    if (limit <= 0n && !isZero) return [];
    const over = consumersOver(field, limit, change.after, context);
    if (over.length === 0) return [];
    return [
      {
        class: 'refused',
        code: 'consumers-over-limit',
        message: isZero
          ? `without consumer_limits.${field} this server allows nothing of it while the limits change, and consumers have some: ${over.join(', ')}`
          : `consumer_limits.${field} is below what consumers have: ${over.join(', ')}`,
        hint: isZero
          ? `give consumer_limits a ${field} as well, as high as you like`
          : `first lower ${field} of those consumers, then set the limit`,
      },
    ];
  });
}

/** Consumers that are deleted go before limits change that they may be over. */
export function orderLimits(changes: readonly Change[]): Order[] {
  const streams = new Set(
    changes.flatMap((change) =>
      change.action === 'update' && changesLimits(change) ? [change.after.address] : [],
    ),
  );
  return changes.flatMap((change): Order[] => {
    const { address, needs } = subject(change);
    const [next = ''] = needs;
    const isOver = change.action === 'delete' && kindOf(address) === 'consumer' && streams.has(next);
    return isOver ? [{ first: address, next }] : [];
  });
}

function consumersOver(
  field: string,
  limit: bigint,
  { address }: Resource,
  { live, deleted }: Context,
): string[] {
  return [...live.values()]
    .filter(
      (resource) =>
        kindOf(resource.address) === 'consumer' &&
        resource.needs[0] === address &&
        !deleted?.has(resource.address) &&
        (toBigInt(resource.spec[field]) ?? 0n) > limit,
    )
    .map((resource) => consumerNameOf(resource.address));
}

function changesLimits({ before, after }: Extract<Change, { action: 'update' | 'replace' }>): boolean {
  return !equalJson(limitsOf(before), limitsOf(after));
}

function limitsOf({ spec }: Resource): JsonObject {
  return isObject(spec.consumer_limits) ? spec.consumer_limits : {};
}
