import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import { AmqpRefusal } from '../connection-errors.ts';
import { toAmqpTable } from '../requests.ts';
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

/** How long the notice of the deletion of a queue may take. Milliseconds. */
const NOTICE = 5000;

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
  return run.move.allowGap
    ? { mayArrive: true }
    : { mayArrive: false, refuseArrivals: () => run.fail(...DEFAULT_EXCHANGE(run)) };
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
    const result = await deleteIfEmpty(run, queue, transfer, after);
    if (result !== undefined) return result;
  }
  return undefined;
}

async function deleteIfEmpty<T>(
  run: MoveRun,
  { name, type }: LiveQueue,
  transfer: Transfer,
  after: (channel: Channel) => Promise<T>,
): Promise<T | undefined> {
  let isDeleted = false;
  let lost = 0;
  try {
    const result = await run.options.links.callOnce(run.vhost, async (channel) => {
      // A quorum queue closes the whole connection because of the flag.
      if (type === 'classic') await channel.deleteQueue(name, { ifEmpty: true });
      else if ((await channel.checkQueue(name)).messageCount > 0) return undefined;
      else lost = (await channel.deleteQueue(name)).messageCount;
      isDeleted = true;
      return await after(channel);
    });
    if (isDeleted) await untilTold(run, transfer, name);
    if (lost > 0) tellLoss(run, name, lost);
    return result;
  } catch (error) {
    if (isDeleted) await untilTold(run, transfer, name);
    if (isDeleted || !(error instanceof AmqpRefusal)) throw error;
    const isFull = error.code === '406' && /not empty/.test(error.message);
    if (isFull || error.code === '404') return undefined;
    throw error;
  }
}

/**
 * What a queue delivered before it was deleted is moved all the same: its consumers get the notice of the deletion behind
 * it. So a message that arrives between the last look and the deletion is not lost, although only classic queues can be
 * deleted under the condition that they are empty.
 * @throws BrokerError, ConnectionError
 */
async function untilTold(run: MoveRun, transfer: Transfer, name: string): Promise<void> {
  const late = Date.now() + NOTICE;
  while (transfer.inFlight > 0 || (!transfer.cancelled && Date.now() < late)) await run.tick(transfer, name);
}

/** Messages that were ready, and delivered to nobody, when their queue was deleted. */
function tellLoss(run: MoveRun, name: string, count: number): never {
  run.fail(
    `${count} messages that arrived at queue ${JSON.stringify(name)} in the moment of its deletion are lost`,
    'publish them again; apply again to continue the move',
  );
}

/**
 * Deletes the queue once it is empty and declares it anew, one right after the other.
 * @returns milliseconds between the two; undefined where another client deleted it
 * @throws BrokerError, ConnectionError, AmqpRefusal
 */
export function deleteAndDeclare(
  run: MoveRun,
  queue: LiveQueue,
): (transfer: Transfer) => Promise<number | undefined> {
  return (transfer) =>
    emptyAndDelete(run, queue, transfer, {
      bindingsTo: run.names.park,
      settling: clientsSettling(run),
      remove: () => replaceInMoment(run, queue, transfer),
    });
}

async function replaceInMoment(
  run: MoveRun,
  queue: LiveQueue,
  transfer: Transfer,
): Promise<number | undefined> {
  let start = 0;
  try {
    return await deleteInMoment(run, queue, transfer, async (channel) => {
      start = performance.now();
      await channel.assertQueue(queue.name, declareOptions(run));
      return performance.now() - start;
    });
  } catch (error) {
    if (start > 0 && error instanceof AmqpRefusal) refuseDeclare(run, error);
    throw error;
  }
}

/** @throws BrokerError, ConnectionError */
export async function declareNew(run: MoveRun): Promise<void> {
  const { name } = run.move.declare;
  try {
    await run.options.links.callOnce(run.vhost, (channel) => channel.assertQueue(name, declareOptions(run)));
  } catch (error) {
    if (error instanceof AmqpRefusal) refuseDeclare(run, error);
    throw error;
  }
}

function declareOptions({ move }: MoveRun) {
  const { durable, autoDelete, arguments: args } = move.declare;
  return { durable, autoDelete, arguments: toAmqpTable(args) };
}

function refuseDeclare(run: MoveRun, { message }: AmqpRefusal): never {
  const { names } = run;
  run.fail(
    `the broker refuses the new queue: ${message}`,
    `its messages are kept in ${JSON.stringify(names.hold)} and ${JSON.stringify(names.park)}: mend the declaration, and apply again to continue the move`,
  );
}
