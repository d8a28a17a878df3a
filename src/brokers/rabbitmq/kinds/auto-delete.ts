import { type Address, type Context, equalJson, kindOf, type Resource } from '../../../model/index.ts';
import { exchangeAddress, queueAddress } from '../addresses.ts';
import type { RabbitCall } from '../calls.ts';
import { bind, declareExchange, identityOf } from './amqp-calls.ts';
import { brokerOf } from './parts.ts';

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
  const sources = new Set(removed.map(sourceOf));
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

/** Live bindings by the address of what they lead to; only those from and to auto-delete exchanges. */
const indexes = new WeakMap<Context['live'], ReadonlyMap<Address, readonly Resource[]>>();

/** The live bindings, from or to an auto-delete exchange, that lead to this queue or exchange. */
export function bindingsTo(address: Address, { live }: Context): readonly Resource[] {
  const known = indexes.get(live) ?? indexByDestination(live);
  indexes.set(live, known);
  return known.get(address) ?? [];
}

function indexByDestination(live: Context['live']): Map<Address, Resource[]> {
  const index = new Map<Address, Resource[]>();
  for (const resource of live.values()) {
    if (kindOf(resource.address) !== 'binding') continue;
    const destination = destinationOf(resource);
    const ends = [live.get(sourceOf(resource)), live.get(destination)];
    if (!ends.some((end) => end?.spec['auto-delete'] === true)) continue;
    const members = index.get(destination);
    if (members) members.push(resource);
    else index.set(destination, [resource]);
  }
  return index;
}

function sourceOf(binding: Resource): Address {
  const { vhost, source } = identityOf(binding);
  return exchangeAddress(brokerOf(binding), vhost, source);
}

function destinationOf(binding: Resource): Address {
  const { vhost, destination, destinationType } = identityOf(binding);
  const addressOf = destinationType === 'queue' ? queueAddress : exchangeAddress;
  return addressOf(brokerOf(binding), vhost, destination);
}
