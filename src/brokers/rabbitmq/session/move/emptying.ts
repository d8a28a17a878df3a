import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import { AmqpRefusal } from '../connection-errors.ts';
import { moveBindings, readBindings } from './bindings.ts';
import { DEFAULT_EXCHANGE } from './preflight.ts';
import type { MoveRun } from './run.ts';
import { type Settling, settle } from './settle.ts';
import { expectGone, expectSame, type LiveQueue } from './state.ts';
import type { Transfer } from './transfer.ts';

/** How often a queue may turn out not to be empty when it is to be deleted. */
const TRIES = 10;

/** How long a moment without a message in flight is waited for. Milliseconds. */
const MOMENT = 2000;
const ASK_EVERY = 20;

export interface Emptying<T> {
  /** Queue that gets the bindings. */
  readonly bindingsTo: string;
  readonly settling?: Settling;
  /** Deletes the queue; undefined where something came first, and nothing was deleted. */
  readonly remove: () => Promise<T | undefined>;
}

/**
 * Deletes a queue once it has no binding and is known to be empty: again and again, as clients may bind it and publish
 * to it meanwhile.
 * @returns what `remove` returns; undefined where another client deleted the queue
 * @throws BrokerError, ConnectionError
 */
export async function emptyAndDelete<T>(
  run: MoveRun,
  queue: LiveQueue,
  transfer: Transfer,
  { bindingsTo, settling, remove }: Emptying<T>,
): Promise<T | undefined> {
  for (let tries = 1; tries <= TRIES; tries++) {
    if (transfer.cancelled) {
      await expectGone(run, queue.name);
      return undefined;
    }
    await moveBindings(run, queue.name, bindingsTo);
    if ((await settle(run, transfer, queue, settling)) === 'gone') return undefined;
    // Bound by a client meanwhile: once more.
    if ((await readBindings(run, queue.name)).length > 0) continue;
    const removed = await remove();
    if (removed !== undefined) return removed;
  }
  run.fail(
    `messages arrive at queue ${JSON.stringify(queue.name)} again and again when it is to be deleted`,
    'stop its publishers, and apply again to continue the move; no message is lost',
  );
}

/** What a queue that clients know may be left with, where the loss of what arrives meanwhile is permitted. */
export function clientsSettling(run: MoveRun): Settling {
  return { mayArrive: run.move.allowGap, refuseArrivals: () => run.fail(...DEFAULT_EXCHANGE(run)) };
}

/**
 * Deletes a queue in a moment in which nothing is ready in it or in flight, if it is still the same queue.
 * @param after what follows at once, on the same channel
 * @returns what `after` returns; undefined where there was no such moment, and nothing was deleted
 * @throws BrokerError, ConnectionError, AmqpRefusal
 */
export async function deleteInMoment<T>(
  run: MoveRun,
  queue: LiveQueue,
  transfer: Transfer,
  after: (channel: Channel) => Promise<T>,
): Promise<T | undefined> {
  const late = Date.now() + MOMENT;
  for (; Date.now() < late; await sleep(ASK_EVERY)) {
    while (transfer.inFlight > 0 && !transfer.cancelled && Date.now() < late) await transfer.wait(1);
    await expectSame(run, queue);
    if (transfer.cancelled) return undefined;
    if (transfer.inFlight > 0) continue;
    const result = await deleteIfEmpty(run, queue, after);
    if (result !== undefined) return result;
  }
  return undefined;
}

async function deleteIfEmpty<T>(
  run: MoveRun,
  { name, type }: LiveQueue,
  after: (channel: Channel) => Promise<T>,
): Promise<T | undefined> {
  let isDeleted = false;
  try {
    return await run.options.links.callOnce(run.vhost, async (channel) => {
      // A quorum queue closes the whole connection because of the flag.
      if (type === 'classic') await channel.deleteQueue(name, { ifEmpty: true });
      else if ((await channel.checkQueue(name)).messageCount > 0) return undefined;
      else await channel.deleteQueue(name);
      isDeleted = true;
      return await after(channel);
    });
  } catch (error) {
    if (isDeleted || !(error instanceof AmqpRefusal)) throw error;
    const isFull = error.code === '406' && /not empty/.test(error.message);
    if (isFull || error.code === '404') return undefined;
    throw error;
  }
}
