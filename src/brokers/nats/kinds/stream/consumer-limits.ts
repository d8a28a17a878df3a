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
} from '../../../../model/index.ts';
import { atLeast } from '../../version.ts';
import { consumerNameOf, streamNameOf } from '../addresses.ts';

const LIMITED = ['max_ack_pending', 'inactive_threshold'] as const;

/**
 * A stream's `consumer_limits` cannot go below what a live consumer has (error 10069). A consumer that the same plan
 * lowers is changed before its stream, unless it would break the old limits.
 */
export function consumerLimitRisks(change: Change, context: Context): Risk[] {
  if (change.action !== 'update' || !changesLimits(change)) return [];
  const limits = limitsOf(change.after);
  return LIMITED.flatMap((field): Risk[] => {
    const limit = toBigInt(limits[field]) ?? 0n;
    // Servers of the 2.10 line take a limit that is not set for 0, not for none, whenever one of the two changes.
    const isZero = limit <= 0n && !atLeast(context.broker, '2.11');
    if (limit <= 0n && !isZero) return [];
    const over = [
      ...consumersOver(field, limit, change, context),
      ...(isZero && field === 'inactive_threshold' ? copiesOf(change.after, context) : []),
    ];
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
          : `lower ${field} of those consumers, or declare them`,
      },
    ];
  });
}

/** Consumers that are over the new limits are deleted or lowered before their stream changes. */
export function orderLimits(changes: readonly Change[]): Order[] {
  const streams = new Map(
    changes.flatMap((change) =>
      change.action === 'update' && changesLimits(change) ? [[change.after.address, change] as const] : [],
    ),
  );
  return changes.flatMap((change): Order[] => {
    const { address, needs } = subject(change);
    const [next = ''] = needs;
    const stream = streams.get(next);
    if (!stream || change.action === 'create' || kindOf(address) !== 'consumer') return [];
    const isFirst = change.action === 'delete' || isLowered(change, stream);
    return isFirst ? [{ first: address, next }] : [];
  });
}

type Update = Extract<Change, { action: 'update' | 'replace' }>;
type Sides = Pick<Update, 'before' | 'after'>;

/** Over the new limits now, and within both the old and the new ones afterwards. */
function isLowered(consumer: Sides, stream: Sides): boolean {
  const [old, next] = [limitsOf(stream.before), limitsOf(stream.after)];
  return exceeds(consumer.before, next) && !exceeds(consumer.after, next) && !exceeds(consumer.after, old);
}

function exceeds({ spec }: Resource, limits: JsonObject): boolean {
  return LIMITED.some((field) => {
    const limit = toBigInt(limits[field]) ?? 0n;
    return limit > 0n && (toBigInt(spec[field]) ?? 0n) > limit;
  });
}

function consumersOver(
  field: (typeof LIMITED)[number],
  limit: bigint,
  stream: Sides,
  { desired, live, deleted }: Context,
): string[] {
  return [...live.values()]
    .filter((before) => {
      if (kindOf(before.address) !== 'consumer' || before.needs[0] !== stream.after.address) return false;
      if (deleted?.has(before.address) || (toBigInt(before.spec[field]) ?? 0n) <= limit) return false;
      const after = desired.get(before.address);
      return !after || limit <= 0n || !isLowered({ before, after }, stream);
    })
    .map((resource) => consumerNameOf(resource.address));
}

/** The server's own consumers, by which mirrors and sources are filled, have an inactive_threshold as well. */
function copiesOf({ address }: Resource, { live }: Context): string[] {
  return [...live.values()]
    .filter((copy) => kindOf(copy.address) !== 'consumer' && copy.needs.includes(address))
    .map((copy) => `the one that fills ${streamNameOf(copy.address)}`);
}

function changesLimits({ before, after }: Sides): boolean {
  return !equalJson(limitsOf(before), limitsOf(after));
}

function limitsOf({ spec }: Resource): JsonObject {
  return isObject(spec.consumer_limits) ? spec.consumer_limits : {};
}
