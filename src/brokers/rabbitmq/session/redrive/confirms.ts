/** What became of a message that was published. */
export interface Published {
  /** Of its delivery. */
  readonly tag: number;
  readonly result: 'confirmed' | 'returned' | 'rejected';
}

/** Messages that were published on one channel and wait for the broker's answer. */
export class Confirms {
  #published = 0;
  /** By their number, in order. */
  readonly #pending = new Map<number, { readonly tag: number; returned: boolean }>();

  get size(): number {
    return this.#pending.size;
  }

  /** The number of the next message. */
  get next(): number {
    return this.#published + 1;
  }

  add(tag: number): void {
    this.#pending.set(++this.#published, { tag, returned: false });
  }

  /** The broker returned a message; it confirms it as well, later. @returns whether it waits for that */
  returned(number: number | undefined): boolean {
    const published = this.#pending.get(number ?? 0);
    if (published) published.returned = true;
    return published !== undefined;
  }

  /** The broker answered for a message, or for all up to it. */
  settle(number: number, isMultiple: boolean, answer: 'confirmed' | 'rejected'): Published[] {
    const settled: Published[] = [];
    // A single one mostly is the first, too.
    for (const [one, { tag, returned }] of this.#pending) {
      if (one > number) break;
      if (one < number && !isMultiple) continue;
      this.#pending.delete(one);
      settled.push({ tag, result: answer === 'confirmed' && returned ? 'returned' : answer });
    }
    return settled;
  }
}
