import type { MovePhase } from '../../calls.ts';
import { moveBindings } from './bindings.ts';
import { checkCapacity } from './capacity.ts';
import { deleteInMoment, emptyAndDelete } from './emptying.ts';
import { makeHolding, makeWayBack, removeHolding } from './holding.ts';
import { keepPoliciesAway } from './policies.ts';
import { checkMove, newQueue } from './preflight.ts';
import { declareNew, deleteAndDeclare } from './replace.ts';
import type { MoveRun } from './run.ts';
import { type LiveQueue, readState } from './state.ts';
import { untilFew, untilTaken, withTransfer } from './taking.ts';

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
