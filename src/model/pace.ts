import { setTimeout as sleep } from 'node:timers/promises';

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
