import {
  type Address,
  type Context,
  equalJson,
  groupBy,
  kindOf,
  oncePer,
  type Resource,
} from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { bind, declareExchange, endsOf } from './identity.ts';

/**
 * An auto-delete exchange goes with the last binding from it, and takes along the bindings to it.
 * https://www.rabbitmq.com/docs/exchanges#properties
 *
 * @returns the calls that bring it back right after these live bindings were removed: nothing but repetition where
 *   it is still there. What is going to be replaced is left to its own step.
 * @param isRestored the bindings are made again, so that also an exchange that nobody declared is needed
 */
export function reviveSources(
  removed: readonly Resource[],
  context: Context,
  isRestored: boolean,
): RabbitCall[] {
  const sources = new Set(removed.map((binding) => endsOf(binding).source));
  return [...sources].flatMap((address): RabbitCall[] => {
    const live = context.live.get(address);
    if (live?.spec['auto-delete'] !== true) return [];
    const desired = context.desired.get(address);
    const wanted = desired ?? (isRestored ? live : undefined);
    if (!wanted || !equalJson(wanted.spec, live.spec)) return [];
    const inbound = bindingsTo(address, context).filter((binding) => context.desired.has(binding.address));
    return [declareExchange(wanted), ...inbound.map(bind)];
  });
}

/** The live bindings, from or to an auto-delete exchange, that lead to this queue or exchange. */
export function bindingsTo(address: Address, { live }: Context): readonly Resource[] {
  return byDestination(live).get(address) ?? [];
}

const byDestination = oncePer((live: Context['live']) => {
  const bindings = [...live.values()].filter((resource) => {
    if (kindOf(resource.address) !== 'binding') return false;
    const { source, destination } = endsOf(resource);
    return [source, destination].some((end) => live.get(end)?.spec['auto-delete'] === true);
  });
  return groupBy(bindings, (binding) => endsOf(binding).destination);
});
