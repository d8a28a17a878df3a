import { setTimeout as sleep } from 'node:timers/promises';
import type { SendOptions } from './session.ts';

/** Runs the work on every item, at most `limit` at a time, in order of their start. Stops at the first error. */
export async function eachOf<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const entries = items.entries();
  // All workers draw from one iterator.
  const worker = async () => {
    for (const [index, item] of entries) await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

/** As {@link eachOf}, and gives each result as soon as it is there. The first error is thrown once all has ended. */
export async function* resultsOf<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const results: R[] = [];
  let ended = false;
  let wake = () => {};
  const finished = eachOf(items, limit, async (item, index) => {
    results.push(await work(item, index));
    wake();
  });
  const end = () => {
    ended = true;
    wake();
  };
  finished.then(end, end);
  while (!ended || results.length > 0) {
    // A batch at a time: shifting a long array item by item takes quadratic time.
    yield* results.splice(0);
    if (ended || results.length > 0) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  await finished;
}

/** The share of a second that may go at once. */
const BURST = 0.1;

/** Spreads work over time: at most so many items a second, evenly. */
export class Pace {
  readonly #rate: number;
  #allowed: number;
  #since = performance.now();

  /** @param rate items a second, may be less than 1; as many as come where absent */
  constructor(rate = Number.POSITIVE_INFINITY) {
    this.#rate = rate;
    this.#allowed = 1;
  }

  /** Waits until an item may go. @returns how many may go now, at most `wanted`; undefined once the signal is aborted */
  async take(wanted: number, signal: AbortSignal): Promise<number | undefined> {
    if (signal.aborted) return undefined;
    if (this.#rate === Number.POSITIVE_INFINITY) return wanted;
    this.#refill();
    if (this.#allowed < 1) {
      const wait = ((1 - this.#allowed) / this.#rate) * 1_000;
      await sleep(Math.ceil(wait), undefined, { signal }).catch(() => {});
      if (signal.aborted) return undefined;
      this.#refill();
    }
    const taken = Math.max(1, Math.min(wanted, Math.floor(this.#allowed)));
    this.#allowed -= taken;
    return taken;
  }

  /** Whether an item may go now. */
  isDue(): boolean {
    if (this.#rate === Number.POSITIVE_INFINITY) return true;
    this.#refill();
    return this.#allowed >= 1;
  }

  /** An item that was due went. */
  spend(): void {
    this.#allowed--;
  }

  #refill(): void {
    const now = performance.now();
    const most = Math.max(1, this.#rate * BURST);
    this.#allowed = Math.min(most, this.#allowed + ((now - this.#since) / 1_000) * this.#rate);
    this.#since = now;
  }
}

/**
 * Concurrent works share one progress line: each call gives a new one's share of it.
 * @param onWork told the texts of all works, and nothing once none has one
 */
export function sharedProgress(onWork: SendOptions['onWork']): () => (text?: string) => void {
  const works = new Map<symbol, string>();
  return () => {
    const work = Symbol();
    return (text) => {
      if (text === undefined && !works.has(work)) return;
      if (text === undefined) works.delete(work);
      else works.set(work, text);
      onWork?.(works.size === 0 ? undefined : [...works.values()].join('; '));
    };
  };
}
