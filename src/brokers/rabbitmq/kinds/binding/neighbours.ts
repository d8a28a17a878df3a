import {
  type Address,
  type Context,
  countOf,
  equalJson,
  groupBy,
  kindOf,
  oncePer,
  parseAddress,
  type Resource,
} from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { countsOf, vhostAndName } from '../parts.ts';
import { bind, declareExchange, endsOf, identityOf } from './identity.ts';

/*
 * What is bound to what: the bindings that lead to a queue or exchange, those that take the place of one that goes, and
 * what goes and comes back with them.
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

export function bindingsIn(resources: Resources): Resource[] {
  return [...resources.values()].filter(({ address }) => kindOf(address) === 'binding');
}

/**
 * An auto-delete exchange goes with the last binding from it, and takes along the bindings to it.
 * https://www.rabbitmq.com/docs/exchanges#properties
 *
 * @returns the calls that bring it back right after these live bindings were removed: nothing but repetition where
 *   it is still there. What is going to be replaced is left to its own step.
 * @param isRestored the bindings are made again, so that an undeclared exchange is needed too
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
  return (byDestination(live).get(address) ?? []).filter((binding) =>
    Object.values(endsOf(binding)).some((end) => live.get(end)?.spec['auto-delete'] === true),
  );
}

/*
 * An exclusive queue belongs to a connection, and only that may bind it: everybody else gets 405
 * (RESOURCE_LOCKED), over AMQP and HTTP. https://www.rabbitmq.com/docs/queues#exclusive-queues
 */

/** The exclusive queue that a live binding leads to; undefined where it leads elsewhere. */
export function exclusiveQueueOf(binding: Resource, { live }: Pick<Context, 'live'>): Resource | undefined {
  const queue = live.get(endsOf(binding).destination);
  return queue?.spec.exclusive === true ? queue : undefined;
}

/** The exclusive queues that are bound to this exchange, by address. */
export function exclusiveQueuesOn(exchange: Address, { live }: Pick<Context, 'live'>): Resource[] {
  const queues = new Set(
    byExchange(live)
      .get(exchange)
      ?.map(({ queue }) => queue),
  );
  return [...queues].sort((a, b) => (a.address < b.address ? -1 : 1));
}

const byExchange = oncePer((live: Context['live']) => {
  const bound = [...live.values()].flatMap((binding) => {
    const queue = kindOf(binding.address) === 'binding' ? exclusiveQueueOf(binding, { live }) : undefined;
    return queue ? [{ binding, queue }] : [];
  });
  return groupBy(bound, ({ binding }) => endsOf(binding).source);
});

/** More are counted. */
const NAMED = 5;

/** `2 exclusive queues (amq.gen-x of connection "127.0.0.1:5000 -> 127.0.0.1:5672", worker)` */
export function exclusiveQueuesText(queues: readonly Resource[]): string {
  const names = queues.slice(0, NAMED).map((queue) => {
    const { owner } = countsOf(queue);
    const { name } = vhostAndName(queue);
    return owner === undefined ? name : `${name} of connection "${owner}"`;
  });
  const more = queues.length > NAMED ? [`and ${queues.length - NAMED} more`] : [];
  return `${countOf(queues.length, 'exclusive queue')} (${[...names, ...more].join(', ')})`;
}
