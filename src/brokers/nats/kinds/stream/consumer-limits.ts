import {
  type Change,
  type Context,
  equalJson,
  type JsonObject,
  kindOf,
  type Order,
  type Resource,
  type Risk,
  refused,
  subject,
} from '../../../../model/index.ts';
import { atLeast } from '../../facts.ts';
import { numberIn } from '../../fields/values.ts';

import {
  consumerNameOf,
  consumersOf,
  LIMITED_BY_STREAM,
  limitsOfConsumers,
  streamNameOf,
} from '../addresses.ts';
import type { Update } from '../kind.ts';

/**
 * `consumer_limits` of a stream cannot be below the values of a live consumer (error 10069). A plan lowers such a
 * consumer before its stream, unless that violates the old limits.
 */
export function consumerLimitRisks(change: Change, context: Context): Risk[] {
  if (change.action !== 'update' || !changesLimits(change)) return [];
  const limits = limitsOfConsumers(change.after);
  return LIMITED_BY_STREAM.flatMap((field): Risk[] => {
    const limit = numberIn(limits[field]);
    // 2.10 servers treat an unset limit as 0, not as none, whenever one of the two changes.
    const isZero = limit <= 0n && !atLeast(context.broker, '2.11');
    if (limit <= 0n && !isZero) return [];
    const over = [
      ...consumersOver(field, limit, change, context),
      ...(isZero && field === 'inactive_threshold' ? copiesOf(change.after, context) : []),
    ];
    if (over.length === 0) return [];
    const names = over.join(', ');
    return [
      isZero
        ? refused(
            'consumers-over-limit',
            `without consumer_limits.${field} this server allows nothing of it while the limits change, and consumers have some: ${names}`,
            `give consumer_limits a ${field} as well, as high as you like`,
          )
        : refused(
            'consumers-over-limit',
            `consumer_limits.${field} is below what consumers have: ${names}`,
            `lower ${field} of those consumers, or declare them`,
          ),
    ];
  });
}

/** Consumers above the new limits are deleted or lowered before their stream changes. */
export function orderLimits(changes: readonly Change[]): Order[] {
  const streams = new Map(
    changes.flatMap((change) =>
      change.action === 'update' && changesLimits(change) ? [[change.after.address, change] as const] : [],
    ),
  );
  return changes.flatMap((change): Order[] => {
    const { address, dependsOn } = subject(change);
    const [next = ''] = dependsOn;
    const stream = streams.get(next);
    if (!stream || change.action === 'create' || kindOf(address) !== 'consumer') return [];
    const isFirst = change.action === 'delete' || isLowered(change, stream);
    return isFirst ? [{ first: address, next }] : [];
  });
}

type Sides = Pick<Update, 'before' | 'after'>;

/** Above the new limits before the plan, and within the old and the new ones after it. */
function isLowered(consumer: Sides, stream: Sides): boolean {
  const [old, next] = [limitsOfConsumers(stream.before), limitsOfConsumers(stream.after)];
  return exceeds(consumer.before, next) && !exceeds(consumer.after, next) && !exceeds(consumer.after, old);
}

function exceeds({ spec }: Resource, limits: JsonObject): boolean {
  return LIMITED_BY_STREAM.some((field) => {
    const limit = numberIn(limits[field]);
    return limit > 0n && numberIn(spec[field]) > limit;
  });
}

function consumersOver(
  field: (typeof LIMITED_BY_STREAM)[number],
  limit: bigint,
  stream: Sides,
  context: Context,
): string[] {
  const { desired, deleted } = context;
  return consumersOf(stream.after.address, context)
    .filter((before) => {
      if (deleted?.has(before.address) || numberIn(before.spec[field]) <= limit) return false;
      const after = desired.get(before.address);
      return !after || limit <= 0n || !isLowered({ before, after }, stream);
    })
    .map((resource) => consumerNameOf(resource.address));
}

/** The server fills mirrors and sources through its own consumers, which also have an inactive_threshold. */
function copiesOf({ address }: Resource, { live }: Context): string[] {
  return [...live.values()]
    .filter((copy) => kindOf(copy.address) !== 'consumer' && copy.dependsOn.includes(address))
    .map((copy) => `the one that fills ${streamNameOf(copy.address)}`);
}

function changesLimits({ before, after }: Sides): boolean {
  return !equalJson(limitsOfConsumers(before), limitsOfConsumers(after));
}
