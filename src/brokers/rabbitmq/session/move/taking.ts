import { type MoveRun, QUIET } from './run.ts';
import { FEW } from './settle.ts';
import { expectGone, type LiveQueue } from './state.ts';
import type { Transfer } from './transfer.ts';

/** How long a queue may deliver nothing while it has messages. Milliseconds. */
const UNDELIVERED = 30_000;
/** How long the messages that are left may not become fewer. Milliseconds. */
const CATCH_UP = 15_000;
const LOOK = 100;

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
    await run.finish(transfer, name);
    return result;
  } finally {
    transfer.destroy();
  }
}

/**
 * Waits until all that is ready has gone, or the queue has. What other consumers hold may come back later.
 * @throws BrokerError, ConnectionError
 */
export async function untilTaken(run: MoveRun, transfer: Transfer, from: string): Promise<void> {
  let [moved, since] = [transfer.moved, Date.now()];
  for (;;) {
    while (!transfer.isIdle(QUIET) && !transfer.cancelled) await run.tick(transfer, from);
    if (transfer.cancelled) return expectGone(run, from);
    if ((await run.ready(from)) === 0) return;
    await run.tick(transfer, from);
    if (transfer.moved > moved) [moved, since] = [transfer.moved, Date.now()];
    if (Date.now() - since > UNDELIVERED) {
      run.fail(
        `queue ${JSON.stringify(from)} delivered no message for ${UNDELIVERED / 1000} s`,
        'another consumer may be the single active one, or have a higher priority: stop it, and apply again to continue the move; no message is lost',
      );
    }
  }
}

/**
 * Moves messages until few are left, or the queue has gone.
 * @returns a note where publishers are as fast as the move, and it has to go on all the same
 * @throws BrokerError, ConnectionError
 */
export async function untilFew(run: MoveRun, transfer: Transfer, name: string): Promise<string | undefined> {
  let fewest = Number.POSITIVE_INFINITY;
  let since = Date.now();
  while (!transfer.cancelled) {
    await run.waitWith(transfer, name, LOOK);
    const left = ((await run.ready(name)) ?? fewest) + transfer.inFlight;
    if (left <= FEW) return undefined;
    if (left < fewest || transfer.alarm !== undefined) since = Date.now();
    fewest = Math.min(fewest, left);
    if (Date.now() - since <= CATCH_UP) continue;
    const note = `publishers were as fast as the move: ${left} messages may arrive after newer ones`;
    run.report(note);
    return note;
  }
  await expectGone(run, name);
  return undefined;
}
