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
