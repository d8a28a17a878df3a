import { AmqpRefusal } from '../connection-errors.ts';
import { toAmqpTable } from '../requests.ts';
import type { MoveRun } from './run.ts';
import type { Transfer } from './transfer.ts';

/** How long a moment without a message in flight is waited for. Milliseconds. */
const MOMENT = 2000;

/**
 * Deletes the empty queue and declares it anew, one right after the other.
 * @returns milliseconds between the two; undefined where a message came first, and nothing was deleted
 * @throws BrokerError, ConnectionError, AmqpRefusal
 */
export async function deleteAndDeclare(
  run: MoveRun,
  type: string,
  transfer: Transfer,
): Promise<number | undefined> {
  const { name } = run.move.declare;
  const late = Date.now() + MOMENT;
  while (transfer.inFlight > 0 && Date.now() < late) await transfer.wait(1);
  let start = 0;
  let gap: number | undefined;
  try {
    await run.options.links.callOnce(run.vhost, async (channel) => {
      // A quorum queue closes the whole connection because of the flag.
      await channel.deleteQueue(name, type === 'classic' ? { ifEmpty: true } : {});
      start = performance.now();
      await channel.assertQueue(name, declareOptions(run));
      gap = performance.now() - start;
    });
  } catch (error) {
    if (!(error instanceof AmqpRefusal)) throw error;
    if (start === 0 && error.code === '406' && /not empty/.test(error.message)) return undefined;
    if (start > 0) refuseDeclare(run, error);
    throw error;
  }
  return gap;
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
