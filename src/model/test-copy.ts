import { randomBytes } from 'node:crypto';
import type { Call } from './plan.ts';
import type { Outcome } from './report.ts';
import type { SendOptions } from './session.ts';

/*
 * Copies of what is declared, in which tests run on a broker. A copy has the time when it was made in its name, so that
 * a later run finds those of a run that was killed.
 */

const NAME = /^brokerform-test-([0-9a-z]{8,9})-[0-9a-f]{8}-\d{1,6}$/;
/** Milliseconds: no run takes that long. */
const STALE = 3_600_000;

/** Distinguishes a copy from all others. @param now epoch milliseconds */
export function newCopyId(now: number): string {
  return `${now.toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** The name of a part of a copy. */
export function copyName(id: string, index: number): string {
  return `brokerform-test-${id}-${index}`;
}

/** When the copy with this name was made, in epoch milliseconds; undefined for any other name. */
export function copyMadeAt(name: string): number | undefined {
  const [, time] = NAME.exec(name) ?? [];
  return time === undefined ? undefined : Number.parseInt(time, 36);
}

/** Whether this is the name of a copy whose run must have ended. @param now epoch milliseconds */
export function isStaleCopy(name: string, now: number): boolean {
  return (copyMadeAt(name) ?? now) < now - STALE;
}

/**
 * Sends what creates a part of a copy. All that was sent is waited for, also after an interrupt or a failure: what came
 * to be after the removal would stay.
 * @returns the first unit that is not done, if any
 * @throws AbortError
 */
export async function createInCopy(
  units: readonly (readonly Call[])[],
  send: (units: readonly (readonly Call[])[], options: SendOptions) => AsyncIterable<Outcome>,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const failed = new AbortController();
  const options = { drain: AbortSignal.any([signal, failed.signal]), abort: new AbortController().signal };
  let first: Outcome | undefined;
  for await (const outcome of send(units, options)) {
    if (outcome.status === 'done' || first) continue;
    first = outcome;
    failed.abort();
  }
  signal.throwIfAborted();
  return first;
}
