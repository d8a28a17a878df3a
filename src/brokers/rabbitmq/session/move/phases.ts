import type { MovePhase, QueueRename, RenamePhase } from '../../calls.ts';
import { moveBindings, readBindings } from './bindings.ts';
import { clientsSettling, declareNew, deleteAndDeclare, deleteInMoment, emptyAndDelete } from './emptying.ts';
import { makeHolding, makeWayBack, removeExchange, removeHolding } from './holding.ts';
import { keepPoliciesAway } from './policies.ts';
import { checkCapacity, checkClients, checkMove, checkQueue, checkRights, newQueue } from './preflight.ts';
import type { MoveRun } from './run.ts';
import { untilFew, untilTaken, withTransfer } from './settle.ts';
import { type LiveQueue, readQueue, readState } from './state.ts';

/**
 * The phases of a move, see `MOVE_PHASES`. Each reads how far the move is and does what is left, so that all of them
 * may be called again whenever one of them was interrupted. A note, for people, where something is to be told.
 */
export const PHASES: Readonly<
  Record<MovePhase, (run: MoveRun) => Promise<string | undefined> | Promise<void>>
> = {
  'move.prepare': prepare,
  'move.divert': divert,
  'move.drain': drain,
  'move.replace': replace,
  'move.refill': refill,
  'move.return': giveBack,
  'move.clean': clean,
};

async function prepare(run: MoveRun): Promise<void> {
  const state = await readState(run);
  const { queue, isNew, hold, park } = state;
  if (isNew) {
    // Continued: the policy may have gone meanwhile.
    if (hold || park) await keepPoliciesAway(run);
    return;
  }
  if (!queue && !hold && !park) {
    run.fail('the queue does not exist, nor do messages of an interrupted move', 'run plan again');
  }
  await checkMove(run, state);
  await makeHolding(run, state);
}

async function divert(run: MoveRun): Promise<void> {
  const { queue, isNew } = await readState(run);
  if (queue && !isNew) await moveBindings(run, run.queue, run.names.park);
}

/** Moves nearly all; what is left, and what other consumers give back, goes on while the queue is replaced. */
async function drain(run: MoveRun): Promise<void> {
  const { queue, isNew } = await readState(run);
  if (!queue || isNew) return;
  await withTransfer(run, queue, run.names.hold, (transfer) => untilFew(run, transfer, queue.name));
}

async function replace(run: MoveRun): Promise<string | undefined> {
  const { queue, isNew } = await readState(run);
  if (isNew) return undefined;
  const gap = queue && (await withTransfer(run, queue, run.names.hold, deleteAndDeclare(run, queue)));
  if (gap === undefined) await declareNew(run);
  const after = await readState(run);
  if (!after.isNew) {
    run.fail(
      'the broker declared another queue than the one that is declared',
      'its messages are kept: run plan again and review what differs',
    );
  }
  await run.untilKept(run.newType);
  return gap === undefined ? undefined : `the queue was away for ${gap.toFixed(1)} ms`;
}

async function refill(run: MoveRun): Promise<void> {
  const { queue, hold } = await expectNew(run);
  if (!hold) return;
  await checkCapacity(run, newQueue(run), [queue, hold]);
  await makeWayBack(run);
  // All of it, before newer messages follow.
  await withTransfer(run, hold, run.names.back, (transfer) => untilTaken(run, transfer, hold.name));
}

async function giveBack(run: MoveRun): Promise<string | undefined> {
  const { queue, hold, park } = await expectNew(run);
  if (!park) return undefined;
  await checkCapacity(run, newQueue(run), [queue, hold, park]);
  await makeWayBack(run);
  return withTransfer(run, park, run.names.back, async (transfer) => {
    const note = await untilFew(run, transfer, park.name);
    await moveBindings(run, park.name, run.queue);
    await untilTaken(run, transfer, park.name);
    return note;
  });
}

/**
 * One of the queues goes last, after exchanges and policy: as long as it is there, what is left of a move that was killed
 * is seen, and removed. It is hold, which no client knows.
 */
async function clean(run: MoveRun): Promise<void> {
  const { hold, park } = await expectNew(run);
  if (hold || park) await makeWayBack(run);
  const parked = park && hold && removeEmptied(run, park, async () => {});
  const last = hold ?? park;
  const ended = await Promise.allSettled([
    parked,
    last
      ? removeEmptied(run, last, async () => {
          await parked;
          await removeHolding(run);
        })
      : removeHolding(run),
  ]);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/** Deletes a queue of the move once it is known to be empty; what is still in it goes to the new queue first. */
async function removeEmptied(run: MoveRun, queue: LiveQueue, before: () => Promise<void>): Promise<void> {
  await withTransfer(run, queue, run.names.back, (transfer) => {
    const remove = async () => {
      await before();
      return deleteInMoment(run, queue, transfer, async () => true);
    };
    return emptyAndDelete(run, queue, transfer, { bindingsTo: run.queue, remove });
  });
}

async function expectNew(run: MoveRun) {
  const state = await readState(run);
  if (!state.isNew) {
    run.fail(
      'another client deleted the new queue, or replaced it',
      'no message of the move is lost; apply again to continue it',
    );
  }
  return state;
}

/** The phases of a rename, see `RENAME_PHASES`. Where the old queue is gone, there is nothing left but the exchange. */
export const renamePhases: Readonly<
  Record<RenamePhase, (run: MoveRun, rename: QueueRename) => Promise<string | undefined> | Promise<void>>
> = {
  'rename.prepare': prepareRename,
  'rename.divert': divertRename,
  'rename.drain': drainRename,
  'rename.clean': cleanRename,
};

async function prepareRename(run: MoveRun, { newName }: QueueRename): Promise<void> {
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

async function divertRename(run: MoveRun, { newName }: QueueRename): Promise<void> {
  if (await readQueue(run, run.queue)) await moveBindings(run, run.queue, newName);
}

async function drainRename(run: MoveRun, { newName }: QueueRename): Promise<string | undefined> {
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

async function cleanRename(run: MoveRun): Promise<void> {
  await removeExchange(run, run.names.back);
}
