import { setTimeout as sleep } from 'node:timers/promises';

/*
 * A controller answers as soon as a change is in its log; a broker shows it once it has replayed that log, which takes
 * the longer the more there is to replay, and in steps: 40 s after 20,000 new partitions were seen on a small machine.
 */

/** How long a broker may show nothing new, in milliseconds: for any work, and for each record of it. */
const STALL = 30_000;
const STALL_PER_RECORD = 20;
/** Pauses between two looks, in milliseconds. Half of the last one is what an apply is late on the average. */
const FIRST_LOOK = 10;
const LOOK = 50;
/** A wait that takes long is looked at less often: after a tenth of the time that it has taken, up to this. */
const LONGEST_LOOK = 1_000;

export interface Waiting<B> {
  /** Those that are not visible yet. A look that fails changes nothing. */
  look(bodies: readonly B[]): Promise<readonly B[]>;
  /** Records of metadata that the work consists of. */
  readonly records: number;
  /** Told how many are left to wait for. */
  readonly onLook?: (left: number) => void;
}

/**
 * Waits until changes are visible, and goes on as long as ever more of them are.
 * @returns those that were not visible when nothing had come for a time in proportion to the work
 */
export async function untilVisible<B>(bodies: readonly B[], waiting: Waiting<B>): Promise<readonly B[]> {
  const patience = STALL + STALL_PER_RECORD * waiting.records;
  const start = Date.now();
  let lastProgress = start;
  let left = bodies;
  for (let pause = FIRST_LOOK; left.length > 0; ) {
    const seen: readonly B[] = await waiting.look(left).catch(() => left);
    if (seen.length < left.length) lastProgress = Date.now();
    left = seen;
    waiting.onLook?.(left.length);
    if (left.length === 0 || Date.now() + pause > lastProgress + patience) break;
    await sleep(pause);
    pause = Math.min(pause * 2, LONGEST_LOOK, Math.max(LOOK, (Date.now() - start) / 10));
  }
  return left;
}
