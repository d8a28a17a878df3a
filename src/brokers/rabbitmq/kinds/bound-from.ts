import { type Address, kindOf, type Resource } from '../../../model/index.ts';
import { exchangeAddress, queueAddress } from '../addresses.ts';
import { identityOf } from './amqp-calls.ts';
import { brokerOf } from './parts.ts';

const SHOWN = 3;

type Live = ReadonlyMap<Address, Resource>;

/** Sources by the address of what they are bound to: asked for every resource of one and the same map. */
const indexes = new WeakMap<Live, ReadonlyMap<Address, readonly string[]>>();

/** Where a queue or exchange gets messages from: `events (key order.#)`, the first few bindings. */
export function boundFrom(address: Address, live: Live): string[] {
  const index = indexes.get(live) ?? indexSources(live);
  indexes.set(live, index);
  const found = [...(index.get(address) ?? [])].sort();
  const rest = found.length - SHOWN;
  return [...found.slice(0, SHOWN), ...(rest > 0 ? [`${rest} more`] : [])];
}

function indexSources(live: Live): Map<Address, string[]> {
  const index = new Map<Address, string[]>();
  for (const resource of live.values()) {
    if (kindOf(resource.address) !== 'binding') continue;
    const { vhost, source, destination, destinationType, routingKey } = identityOf(resource);
    // The broker binds every queue to the default exchange.
    if (source === '') continue;
    const addressOf = destinationType === 'exchange' ? exchangeAddress : queueAddress;
    const address = addressOf(brokerOf(resource), vhost, destination);
    const name = routingKey === '' ? source : `${source} (key ${routingKey})`;
    index.set(address, [...(index.get(address) ?? []), name]);
  }
  return index;
}
