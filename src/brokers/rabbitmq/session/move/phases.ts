import type { MovePhase } from '../../calls.ts';
import { moveBindings, readBindings } from './bindings.ts';
import { makeHolding, makeWayBack, removeHolding } from './holding.ts';
import { checkMove, DEFAULT_EXCHANGE } from './preflight.ts';
import { declareNew, deleteAndDeclare } from './replace.ts';
import type { MoveRun } from './run.ts';
import { FEW, settle } from './settle.ts';
import { type LiveQueue, readState } from './state.ts';
import type { Transfer } from './transfer.ts';

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

/** How often a queue may turn out not to be empty when it is to be deleted. */
const TRIES = 10;

async function prepare(run: MoveRun): Promise<void> {
  const state = await readState(run);
  const { queue, isNew, hold, park } = state;
  if (isNew) return;
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
  const replacing = (transfer: Transfer) => replaceEmptied(run, queue as LiveQueue, transfer);
  const gap = queue && (await withTransfer(run, queue, run.names.hold, replacing));
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

/** @returns milliseconds that the queue was away; undefined where somebody else deleted it */
async function replaceEmptied(
  run: MoveRun,
  queue: LiveQueue,
  transfer: Transfer,
): Promise<number | undefined> {
  const refuseArrivals = () => run.fail(...DEFAULT_EXCHANGE(run));
  const { allowGap } = run.move;
  for (let tries = 1; !transfer.cancelled; tries++) {
    if (tries > TRIES) refuseArrivals();
    await moveBindings(run, run.queue, run.names.park);
    await settle(run, transfer, queue, { mayArrive: allowGap, refuseArrivals });
    // Bound by a client meanwhile: once more.
    if (transfer.cancelled || (await readBindings(run, run.queue)).length > 0) continue;
    const gap = await deleteAndDeclare(run, queue.type, transfer);
    if (gap !== undefined) return gap;
  }
  return undefined;
}

async function refill(run: MoveRun): Promise<void> {
  const { hold } = await expectNew(run);
  if (!hold) return;
  await makeWayBack(run);
  // All of it, before newer messages follow.
  await withTransfer(run, hold, run.names.back, (transfer) => run.untilTaken(transfer, hold.name));
}

async function giveBack(run: MoveRun): Promise<string | undefined> {
  const { park } = await expectNew(run);
  if (!park) return undefined;
  await makeWayBack(run);
  return withTransfer(run, park, run.names.back, async (transfer) => {
    const note = await untilFew(run, transfer, park.name);
    await moveBindings(run, park.name, run.queue);
    await run.untilTaken(transfer, park.name);
    return note;
  });
}

/** How long the messages that are left may not become fewer. Milliseconds. */
const CATCH_UP = 15_000;
const LOOK = 100;

/**
 * Moves messages until few are left.
 * @returns a note where publishers are as fast as the move, and it has to go on all the same
 */
export async function untilFew(run: MoveRun, transfer: Transfer, name: string): Promise<string | undefined> {
  let fewest = Number.POSITIVE_INFINITY;
  let since = Date.now();
  while (!transfer.cancelled) {
    await run.waitWith(transfer, name, LOOK);
    const left = ((await run.ready(name)) ?? fewest) + transfer.inFlight;
    if (left <= FEW) break;
    if (left < fewest || transfer.alarm !== undefined) since = Date.now();
    fewest = Math.min(fewest, left);
    if (Date.now() - since <= CATCH_UP) continue;
    const note = `publishers were as fast as the move: ${left} messages may arrive after newer ones`;
    run.report(note);
    return note;
  }
  return undefined;
}

async function clean(run: MoveRun): Promise<void> {
  const { hold, park } = await expectNew(run);
  if (hold || park) await makeWayBack(run);
  if (park) await moveBindings(run, park.name, run.queue);
  await Promise.all([hold, park].map((queue) => queue && removeEmptied(run, queue)));
  await removeHolding(run);
}

/** Deletes a queue of the move once it is known to be empty; what is still in it goes to the new queue first. */
async function removeEmptied(run: MoveRun, queue: LiveQueue): Promise<void> {
  await withTransfer(run, queue, run.names.back, async (transfer) => {
    await settle(run, transfer, queue);
    const body = { vhost: run.vhost, name: queue.name, type: queue.type, ifEmpty: true };
    await run.do({ op: 'queue.delete', target: run.target, body });
  });
}

/** Lets messages go from a queue to an exchange while the work runs; what is in flight then is finished. */
export async function withTransfer<T>(
  run: MoveRun,
  { name, type }: LiveQueue,
  via: string,
  work: (transfer: Transfer) => Promise<T>,
): Promise<T> {
  const transfer = await run.transfer(name, type, via);
  try {
    const result = await work(transfer);
    await transfer.finish();
    return result;
  } finally {
    transfer.destroy();
  }
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
