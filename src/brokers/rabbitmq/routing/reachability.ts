import { type Json, oncePer, toBigInt } from '../../../model/index.ts';
import { NO_DELIVERY_LIMIT } from '../fields/queue.ts';
import { atLeast } from '../version.ts';
import { type KeyWords, splitKey } from './matching.ts';
import { keysThrough } from './router.ts';
import type { Queue, Vhost } from './topology.ts';

/**
 * The exchanges that messages can come to: those that clients may publish to, and internal ones that a binding, an
 * alternate exchange or dead letters lead to. Worked out once a vhost.
 */
export const reachableExchanges = oncePer((vhost: Vhost): ReadonlySet<string> => {
  const reachable = new Set<string>();
  const work = [...publicExchanges(vhost), ...deadLetterExchanges(vhost)];
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    if (reachable.has(name)) continue;
    reachable.add(name);
    const exchange = vhost.exchange(name);
    const alternate = exchange?.alternate?.value;
    if (typeof alternate === 'string') work.push(alternate);
    for (const binding of exchange?.outgoing ?? []) if (!binding.toQueue) work.push(binding.destination);
  }
  return reachable;
});

/** Declared public exchanges, and sources that are not declared as internal ones here. */
function publicExchanges(vhost: Vhost): string[] {
  const sources = vhost.bindings.map((binding) => binding.source);
  return [...vhost.exchanges.keys(), ...new Set(sources)].filter(
    (name) => vhost.exchanges.get(name)?.internal !== true,
  );
}

/** Where queues dead-letter to, by argument or by any policy. */
function deadLetterExchanges(vhost: Vhost): string[] {
  const values: (Json | undefined)[] = [
    ...Array.from(vhost.queues.values(), (queue) => queue.setting('dead-letter-exchange')?.value),
    ...vhost.policies.flatMap(({ definition }) => [
      definition['dead-letter-exchange'],
      definition['alternate-exchange'],
    ]),
  ];
  return values.filter((value) => typeof value === 'string');
}

/**
 * The queues that receive dead letters and nothing else, and send them nowhere. A dead-letter exchange counts if none of
 * its queues dead-letters again: one that leads back to work carries messages. A source with a short TTL delays messages.
 */
export function finalDeadLetterQueues(vhost: Vhost): ReadonlySet<string> {
  const queues = [...vhost.queues.values()];
  const isFinal = (queue: Queue | undefined) => queue !== undefined && !queue.setting('dead-letter-exchange');
  const sources = queues.filter((queue) => !isFinal(queue) && !isDelay(queue));
  const exchanges = new Set<string>();
  const byName = new Set<Json | undefined>();
  for (const source of sources) {
    const name = source.setting('dead-letter-exchange')?.value;
    if (name === '') byName.add(source.setting('dead-letter-routing-key')?.value);
    else if (typeof name === 'string') exchanges.add(name);
  }
  for (const name of exchanges) {
    const bindings = vhost.exchange(name)?.outgoing ?? [];
    const isEnd = bindings.every((one) => one.toQueue && isFinal(vhost.queues.get(one.destination)));
    if (!isEnd) exchanges.delete(name);
  }
  const final = queues.filter(
    (queue) =>
      isFinal(queue) &&
      (queue.incoming.length > 0 || byName.has(queue.name)) &&
      queue.incoming.every(({ source }) => exchanges.has(source)),
  );
  return new Set(final.map(({ name }) => name));
}

/** In milliseconds: what waits for an hour was not consumed. */
const LONGEST_DELAY = 3_600_000n;

function isDelay(queue: Queue): boolean {
  const ttl = numberSetting(queue, 'message-ttl');
  return ttl !== undefined && ttl < LONGEST_DELAY;
}

/**
 * The keys that a queue's dead letters can have: the override key, else the keys that its messages came with. What
 * comes through the default exchange, which needs no binding, has the queue's name.
 */
export function deadLetterKeys(vhost: Vhost, queue: Queue): KeyWords[] {
  const override = queue.setting('dead-letter-routing-key')?.value;
  if (typeof override === 'string') return [splitKey(override)];
  if (queue.incoming.length === 0) return [splitKey(queue.name)];
  return queue.incoming.map((binding) => keysThrough(vhost, binding));
}

/** True when messages leave the queue without a consumer's doing: they expire, or the queue is full. */
export function deadLettersByItself(queue: Queue): boolean {
  if (queue.setting('message-ttl')) return true;
  const limit = queue.setting('max-length') ?? queue.setting('max-length-bytes');
  return limit !== undefined && overflowOf(queue) !== 'reject-publish';
}

/** What a full queue does. Quorum queues take `reject-publish-dlx`, and drop. */
export function overflowOf(queue: Queue): string {
  const overflow = String(queue.setting('overflow')?.value ?? 'drop-head');
  return queue.type === 'quorum' && overflow === 'reject-publish-dlx' ? 'drop-head' : overflow;
}

/** A setting as a number; undefined where there is none. */
export function numberSetting(queue: Queue, name: string): bigint | undefined {
  return toBigInt(queue.setting(name)?.value);
}

/** From 4.0: 4.3.6 removes a message after 21 deliveries. https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling */
const DEFAULT_DELIVERY_LIMIT = 20n;

/** Whether a limit is declared that messages can exceed. */
export function hasDeliveryLimit(queue: Queue): boolean {
  const limit = numberSetting(queue, 'delivery-limit');
  return limit !== undefined && limit >= 0n && limit < NO_DELIVERY_LIMIT;
}

/** How often a quorum queue takes a message back; undefined where that has no limit. */
export function deliveryLimit(queue: Queue, version: string): bigint | undefined {
  const limit = numberSetting(queue, 'delivery-limit');
  if (limit !== undefined && limit >= NO_DELIVERY_LIMIT) return undefined;
  if (limit !== undefined && limit >= 0n) return limit;
  const isNew = atLeast({ version }, '4.0');
  if (limit === undefined) return isNew ? DEFAULT_DELIVERY_LIMIT : undefined;
  return isNew ? undefined : 0n;
}
