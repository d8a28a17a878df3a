import { countNow, SETTLED } from '../metrics.ts';
import { type MoveRun, QUIET } from './run.ts';
import { expectGone, type LiveQueue, readQueue } from './state.ts';
import type { Transfer } from './transfer.ts';

/** How long other consumers may hold messages without a change. Milliseconds. */
const HELD = 30_000;
const ASK_EVERY = 1000;
/** How often a queue whose publishers go on may turn out to hold more than a few messages. */
const ROUNDS = 10;
/** Milliseconds between two looks for new messages. */
const ARRIVING = 1500;

export interface Settling {
  /** Messages may keep arriving: as long as they are few, the queue counts as empty. */
  readonly mayArrive: boolean;
  /** Told where messages keep arriving, and may not. */
  readonly refuseArrivals?: () => never;
}

/** Messages that are moved within a moment. */
const FEW = 100;

/**
 * Waits until a queue is known to be empty: nothing ready, and nothing that another consumer holds. The transfer goes
 * on meanwhile, as what others give back is to be moved as well. The broker's counts of quorum queues are some seconds
 * old, so nothing may come for as long.
 * @returns `gone` where another client deleted the queue
 * @throws BrokerError, ConnectionError
 */
export async function settle(
  run: MoveRun,
  transfer: Transfer,
  queue: LiveQueue,
  settling: Settling = { mayArrive: false },
): Promise<'empty' | 'gone'> {
  const quiet = queue.type === 'classic' ? QUIET : SETTLED;
  let held = 0;
  let rounds = 0;
  let since = Date.now();
  for (;;) {
    const isQuiet = await quietFor(run, transfer, queue.name, quiet, settling);
    if (transfer.cancelled) {
      await expectGone(run, queue.name);
      return 'gone';
    }
    const before = transfer.moved;
    const count = await countNow({ vhost: run.vhost, name: queue.name, type: queue.type }, run.options);
    const { ready, unacknowledged } = count ?? {};
    if (ready === undefined || unacknowledged === undefined) {
      if (!count && !(await readQueue(run, queue.name))) return 'gone';
      // A broker that has just started knows no counts for a while, nor do all versions list a queue whose node is down:
      // unknown is not empty.
      if (Date.now() - since > HELD) refuseUnknown(run, queue.name);
      await run.waitWith(transfer, queue.name, ASK_EVERY);
      continue;
    }
    // What we hold ourselves is none of the others'.
    const others = unacknowledged - (isQuiet ? 0 : transfer.peak);
    if (isQuiet && ready === 0 && others <= 0 && transfer.moved === before) return 'empty';
    if (!isQuiet && ready <= FEW && others <= 0) return 'empty';
    if (!isQuiet && ++rounds > ROUNDS) refuseFlood(run, queue.name);
    if (others !== held || transfer.moved !== before) since = Date.now();
    held = others;
    if (Date.now() - since > HELD) giveUp(run, queue.name, ready, others);
    run.report(`waiting for ${Math.max(others, 0)} messages that other consumers of ${queue.name} hold`);
    await run.waitWith(transfer, queue.name, ASK_EVERY);
  }
}

/** False where messages keep arriving and that is accepted. */
async function quietFor(
  run: MoveRun,
  transfer: Transfer,
  name: string,
  quiet: number,
  { mayArrive, refuseArrivals }: Settling,
): Promise<boolean> {
  transfer.peak = transfer.inFlight;
  let end = Date.now() + 2 * quiet;
  const arrivals = new Arrivals(run, transfer, name);
  while (!transfer.isIdle(quiet) && !transfer.cancelled) {
    await run.tick(transfer, name);
    // Under an alarm nothing arrives, and what is in flight stays there.
    if (transfer.alarm !== undefined) end = Date.now() + 2 * quiet;
    if (mayArrive && Date.now() >= end) return false;
    if (refuseArrivals && (await arrivals.goOn())) refuseArrivals();
  }
  return true;
}

/** Tells new messages of a queue from those that it had, and those that consumers give back. */
class Arrivals {
  #at = Date.now();
  #fresh: number;
  #ready: number | undefined;
  /** Looks in a row with new messages. */
  #looks = 0;

  constructor(
    private readonly run: MoveRun,
    private readonly transfer: Transfer,
    private readonly name: string,
  ) {
    this.#fresh = transfer.fresh;
  }

  /** True once new messages came for a while. */
  async goOn(): Promise<boolean> {
    if (Date.now() - this.#at < ARRIVING) return false;
    const ready = await this.run.ready(this.name);
    const { fresh } = this.transfer;
    const count = fresh - this.#fresh + (ready ?? 0) - (this.#ready ?? Number.POSITIVE_INFINITY);
    this.#looks = count > 0 ? this.#looks + 1 : 0;
    [this.#at, this.#fresh, this.#ready] = [Date.now(), fresh, ready];
    return this.#looks >= 3;
  }
}

function refuseFlood(run: MoveRun, name: string): never {
  run.fail(
    `publishers send messages to queue ${JSON.stringify(name)} as fast as the move takes them`,
    'slow them down, and apply again to continue the move; no message is lost',
  );
}

function refuseUnknown(run: MoveRun, name: string): never {
  run.fail(
    `the broker does not tell how many messages queue ${JSON.stringify(name)} holds`,
    'wait for its statistics, and apply again to continue the move; no message is lost',
  );
}

function giveUp(run: MoveRun, name: string, ready: number, others: number): never {
  const text = JSON.stringify(name);
  if (others > 0) {
    run.fail(
      `other consumers hold ${others} messages of queue ${text} unacknowledged, and acknowledged none for ${HELD / 1000} s`,
      'let them finish or stop them, and apply again to continue the move; no message is lost',
    );
  }
  run.fail(
    `queue ${text} holds ${ready} messages that it does not deliver for ${HELD / 1000} s`,
    'another consumer may have a higher priority or be the single active one: stop it, and apply again to continue the move; no message is lost',
  );
}

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
