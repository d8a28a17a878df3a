import {
  type Address,
  type Context,
  groupBy,
  kindOf,
  oncePer,
  type Resource,
} from '../../../../model/index.ts';
import { countOf, countsOf, vhostAndName } from '../parts.ts';
import { endsOf } from './identity.ts';

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
