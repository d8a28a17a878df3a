import { type Change, type Context, isObject, kindOf, type Risk, toBigInt } from '../../model/index.ts';
import { consumerNameOf } from './addresses.ts';

/**
 * A stream's `consumer_limits` cannot go below what a live consumer has (error 10069), and a consumer cannot be changed
 * in the same plan before its stream is: it would then break the old limits just as well.
 */
export function consumerLimitRisks(change: Change, { live }: Context): Risk[] {
  if (change.action !== 'update') return [];
  const { address, spec } = change.after;
  const limits = isObject(spec.consumer_limits) ? spec.consumer_limits : {};
  return ['max_ack_pending', 'inactive_threshold'].flatMap((field): Risk[] => {
    const limit = toBigInt(limits[field]) ?? 0n;
    if (limit <= 0n) return [];
    const over = [...live.values()].filter(
      (resource) =>
        kindOf(resource.address) === 'consumer' &&
        resource.needs[0] === address &&
        (toBigInt(resource.spec[field]) ?? 0n) > limit,
    );
    if (over.length === 0) return [];
    const names = over.map((resource) => consumerNameOf(resource.address)).join(', ');
    return [
      {
        class: 'refused',
        code: 'consumers-over-limit',
        message: `consumer_limits.${field} is below what consumers have: ${names}`,
        hint: `first lower ${field} of those consumers, then set the limit`,
      },
    ];
  });
}
