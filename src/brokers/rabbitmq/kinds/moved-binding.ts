import { type Address, type Context, kindOf, parseAddress, type Resource } from '../../../model/index.ts';
import { identityOf } from './amqp-calls.ts';

/** Bindings that are declared and not live, by all of them but where they lead. */
const indexes = new WeakMap<Context['desired'], ReadonlyMap<string, readonly Resource[]>>();

/** Where the messages of a binding that goes away are sent by new ones from the same source with the same key. */
export function destinationsInstead(binding: Resource, context: Context): string[] {
  const index = indexes.get(context.desired) ?? indexNew(context);
  indexes.set(context.desired, index);
  const instead = index.get(originOf(binding.address)) ?? [];
  return instead
    .map((one) => {
      const { destination, destinationType } = identityOf(one);
      return `${destinationType} ${destination}`;
    })
    .sort();
}

function indexNew({ desired, live }: Context): Map<string, Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of desired.values()) {
    if (kindOf(resource.address) !== 'binding' || live.has(resource.address)) continue;
    const origin = originOf(resource.address);
    const members = index.get(origin);
    if (members) members.push(resource);
    else index.set(origin, [resource]);
  }
  return index;
}

function originOf(address: Address): string {
  const [vhost, source, , , ...key] = parseAddress(address).path;
  return JSON.stringify([vhost, source, key]);
}
