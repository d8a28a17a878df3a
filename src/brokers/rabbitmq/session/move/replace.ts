import { AmqpRefusal } from '../connection-errors.ts';
import { toAmqpTable } from '../requests.ts';
import { clientsSettling, deleteInMoment, emptyAndDelete } from './emptying.ts';
import type { MoveRun } from './run.ts';
import type { LiveQueue } from './state.ts';
import type { Transfer } from './transfer.ts';

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
