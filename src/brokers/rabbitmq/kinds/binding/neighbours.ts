import {
  type Address,
  type Context,
  groupBy,
  kindOf,
  oncePer,
  parseAddress,
  type Resource,
} from '../../../../model/index.ts';
import { endsOf, identityOf } from './identity.ts';

/*
 * Which other bindings there are: those that lead to a queue or exchange, and new ones that take the place of one.
 */

type Resources = ReadonlyMap<Address, Resource>;

const SHOWN = 3;

/** Where a queue or exchange gets messages from: `events (key order.#)`, the first few bindings. */
export function boundFrom(address: Address, live: Resources): string[] {
  const found = (byDestination(live).get(address) ?? []).map(sourceText).sort();
  const rest = found.length - SHOWN;
  return [...found.slice(0, SHOWN), ...(rest > 0 ? [`${rest} more`] : [])];
}

const byDestination = oncePer((live: Resources) =>
  // The broker binds every queue to the default exchange.
  groupBy(
    bindingsIn(live).filter((binding) => identityOf(binding).source !== ''),
    (binding) => endsOf(binding).destination,
  ),
);

function sourceText(binding: Resource): string {
  const { source, routingKey } = identityOf(binding);
  return routingKey === '' ? source : `${source} (key ${routingKey})`;
}

/** Where the messages of a binding that goes away are sent by new ones from the same source with the same key. */
export function destinationsInstead({ address }: Resource, { desired, live }: Context): string[] {
  return (byOrigin(desired).get(originOf(address)) ?? [])
    .filter((one) => !live.has(one.address))
    .map((one) => {
      const { destination, destinationType } = identityOf(one);
      return `${destinationType} ${destination}`;
    })
    .sort();
}

const byOrigin = oncePer((desired: Resources) =>
  groupBy(bindingsIn(desired), ({ address }) => originOf(address)),
);

/** All of a binding but where it leads. */
function originOf(address: Address): string {
  const [vhost, source, , , ...key] = parseAddress(address).path;
  return JSON.stringify([vhost, source, key]);
}

function bindingsIn(resources: Resources): Resource[] {
  return [...resources.values()].filter(({ address }) => kindOf(address) === 'binding');
}
