import { setTimeout as sleep } from 'node:timers/promises';

/** Longest pause between two polls, in milliseconds: half of it is the average delay of an apply. */
const POLL = 50;

/** Polls with growing pauses until the check succeeds, for at most `patience` ms. A throwing check has failed. */
export async function untilSeen(patience: number, check: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + patience;
  for (let pause = 10; ; pause = Math.min(pause * 2, POLL)) {
    if (await check().catch(() => false)) return true;
    if (Date.now() + pause > end) return false;
    await sleep(pause);
  }
}

/*
 * A controller answers as soon as a change is in its log; a broker shows it once it has replayed that log, which takes
 * the longer the more there is to replay, and in steps: 40 s after 20,000 new partitions were seen on a small machine.
 */

/** How long a broker may show nothing new, in milliseconds: for any work, and for each record of it. */
const STALL = 30_000;
const STALL_PER_RECORD = 20;
/** A broker that has shown earlier work late may take so many times as long for the next. */
const AS_LATE = 4;
/** Pauses between two polls, in milliseconds. Half of the last one is the average delay of an apply. */
const FIRST_POLL = 10;
/** Long waits poll less often: after a tenth of the elapsed time, up to this. */
const LONGEST_POLL = 1_000;

/** How late a broker shows what is done, as seen in one apply. */
export interface Pace {
  /** The longest time that a part of the work took until all of it was visible, in milliseconds. */
  slowest: number;
}

interface Waiting<B> {
  /** Items that are not visible yet. A failed poll changes nothing. */
  poll(bodies: readonly B[]): Promise<readonly B[]>;
  /** Records of metadata that the work consists of. */
  readonly records: number;
  /** Of parts of the work that were waited for before; this one is added to it. */
  readonly pace?: Pace;
  /** Called with the number of items that are not visible yet. */
  readonly onPoll?: (left: number) => void;
}

/**
 * Waits until changes are visible, and goes on as long as ever more of them are.
 * @returns those that were not visible when nothing had come for a time in proportion to the work, and to what earlier
 *   work took
 */
export async function untilVisible<B>(bodies: readonly B[], waiting: Waiting<B>): Promise<readonly B[]> {
  const { pace = { slowest: 0 } } = waiting;
  const patience = Math.max(STALL + STALL_PER_RECORD * waiting.records, AS_LATE * pace.slowest);
  const start = Date.now();
  let lastProgress = start;
  let left = bodies;
  for (let pause = FIRST_POLL; left.length > 0; ) {
    const seen: readonly B[] = await waiting.poll(left).catch(() => left);
    if (seen.length < left.length) lastProgress = Date.now();
    left = seen;
    waiting.onPoll?.(left.length);
    if (left.length === 0 || Date.now() + pause > lastProgress + patience) break;
    await sleep(pause);
    pause = Math.min(pause * 2, LONGEST_POLL, Math.max(POLL, (Date.now() - start) / 10));
  }
  if (left.length === 0) pace.slowest = Math.max(pace.slowest, Date.now() - start);
  return left;
}
