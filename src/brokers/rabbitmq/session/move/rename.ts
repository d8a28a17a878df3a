import type { QueueRename, RenamePhase } from '../../calls.ts';
import { moveBindings, readBindings } from './bindings.ts';
import { checkCapacity } from './capacity.ts';
import { clientsSettling, deleteInMoment, emptyAndDelete } from './emptying.ts';
import { makeWayBack, removeExchange } from './holding.ts';
import { checkClients, checkQueue, checkRights } from './preflight.ts';
import type { MoveRun } from './run.ts';
import { readQueue } from './state.ts';
import { untilFew, withTransfer } from './taking.ts';

/** The phases of a rename, see `RENAME_PHASES`. Where the old queue is gone, there is nothing left but the exchange. */
export const renamePhases: Readonly<
  Record<RenamePhase, (run: MoveRun, rename: QueueRename) => Promise<string | undefined> | Promise<void>>
> = {
  'rename.prepare': prepare,
  'rename.divert': divert,
  'rename.drain': drain,
  'rename.clean': clean,
};

async function prepare(run: MoveRun, { newName }: QueueRename): Promise<void> {
  const [queue, renamed] = await Promise.all([readQueue(run, run.queue), readQueue(run, newName)]);
  if (!queue) return;
  checkQueue(run, queue);
  if (!renamed) run.fail(`queue ${JSON.stringify(newName)} does not exist`, 'run plan again');
  if (renamed.type === 'stream') run.fail('messages cannot be moved to a stream and keep what they are');
  const bindings = await readBindings(run, run.queue);
  const isDiverted = bindings.length === 0 && (await readBindings(run, newName)).length > 0;
  await checkClients(run, queue, bindings.length > 0 || isDiverted);
  await checkCapacity(run, renamed, [queue, renamed]);
  await checkRights(run, new Set(bindings.map(({ source }) => source)), newName);
  await makeWayBack(run, newName);
  // A step before this one may have declared it a moment ago.
  await run.untilKept(renamed.type);
}

async function divert(run: MoveRun, { newName }: QueueRename): Promise<void> {
  if (await readQueue(run, run.queue)) await moveBindings(run, run.queue, newName);
}

async function drain(run: MoveRun, { newName }: QueueRename): Promise<string | undefined> {
  const queue = await readQueue(run, run.queue);
  if (!queue) return undefined;
  await makeWayBack(run, newName);
  return withTransfer(run, queue, run.names.back, async (transfer) => {
    const note = await untilFew(run, transfer, queue.name);
    await emptyAndDelete(run, queue, transfer, {
      bindingsTo: newName,
      settling: clientsSettling(run),
      remove: () => deleteInMoment(run, queue, transfer, async () => true as const),
    });
    return note;
  });
}

async function clean(run: MoveRun): Promise<void> {
  await removeExchange(run, run.names.back);
}
