import { type Address, type Context, kindOf, type Resource } from '../../../model/index.ts';
import { exchangeAddress, queueAddress } from '../addresses.ts';
import type { QueueVolatile } from '../specs.ts';
import { identityOf } from './amqp-calls.ts';
import { brokerOf, countOf, vhostAndName } from './parts.ts';

/*
 * An exclusive queue belongs to a connection, and only that may bind it: everybody else gets 405
 * (RESOURCE_LOCKED), over AMQP and HTTP. https://www.rabbitmq.com/docs/queues#exclusive-queues
 */

/** The exclusive queue that a live binding leads to; undefined where it leads elsewhere. */
export function exclusiveQueueOf(binding: Resource, { live }: Pick<Context, 'live'>): Resource | undefined {
  const { vhost, destination, destinationType } = identityOf(binding);
  if (destinationType !== 'queue') return undefined;
  const queue = live.get(queueAddress(brokerOf(binding), vhost, destination));
  return queue?.spec.exclusive === true ? queue : undefined;
}

/** Exclusive queues by the exchange that they are bound to. */
const indexes = new WeakMap<Context['live'], ReadonlyMap<Address, ReadonlySet<Resource>>>();

/** The exclusive queues that are bound to this exchange, by address. */
export function exclusiveQueuesOn(exchange: Address, context: Pick<Context, 'live'>): Resource[] {
  const index = indexes.get(context.live) ?? indexByExchange(context);
  indexes.set(context.live, index);
  return [...(index.get(exchange) ?? [])].sort((a, b) => (a.address < b.address ? -1 : 1));
}

function indexByExchange(context: Pick<Context, 'live'>): Map<Address, Set<Resource>> {
  const index = new Map<Address, Set<Resource>>();
  for (const resource of context.live.values()) {
    if (kindOf(resource.address) !== 'binding') continue;
    const queue = exclusiveQueueOf(resource, context);
    if (!queue) continue;
    const { vhost, source } = identityOf(resource);
    const address = exchangeAddress(brokerOf(resource), vhost, source);
    const queues = index.get(address);
    if (queues) queues.add(queue);
    else index.set(address, new Set([queue]));
  }
  return index;
}

/** More are counted. */
const NAMED = 5;

/** `2 exclusive queues (amq.gen-x of connection "127.0.0.1:5000 -> 127.0.0.1:5672", worker)` */
export function exclusiveQueuesText(queues: readonly Resource[]): string {
  const names = queues.slice(0, NAMED).map((queue) => {
    const { owner } = (queue.volatile ?? {}) as QueueVolatile;
    const { name } = vhostAndName(queue);
    return owner === undefined ? name : `${name} of connection "${owner}"`;
  });
  const more = queues.length > NAMED ? [`and ${queues.length - NAMED} more`] : [];
  return `${countOf(queues.length, 'exclusive queue')} (${[...names, ...more].join(', ')})`;
}
