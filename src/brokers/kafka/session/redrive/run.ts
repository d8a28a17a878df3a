import {
  append,
  BrokerError,
  ConnectionError,
  type LetterOutcome,
  type Pace,
  type RedriveRun,
} from '../../../../model/index.ts';
import { LostConnection } from '../connection-errors.ts';
import type { Copy, Letter } from './letters.ts';
import { type Commit, chunksOf, type Place, progressOf } from './place.ts';
import type { Progress } from './progress.ts';
import { RecordsRefused, Writer } from './writer.ts';

/** Letters, and bytes of them, that one transaction takes at most: a broker takes a batch of 1 MiB by default. */
const MOST = { letters: 200, bytes: 512 * 1024 };

/** See `Redrive.run`. */
export async function* runRedrive(
  place: Place,
  { accepts, limit, drain, abort, onWork }: RedriveRun,
  pace: Pace,
): AsyncGenerator<LetterOutcome> {
  // First of all: what a killed run left open ends by this, and then the offsets tell how far it came.
  const writer = await Writer.open(place);
  const run = new Run(writer, await progressOf(place));
  // Keeps what is committed for long, and shows whether we may commit, before anything is written.
  await writer.keep(run.commits());
  if (!writer.isTransactional) {
    onWork?.(
      `not authorized for transactional id ${place.group}: if redrive is killed, records may be duplicated`,
    );
  }
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const { partition, letters, from, to } of chunksOf(place, run.progress)) {
    run.pass(partition, letters, from, to);
    const chosen: Letter[] = [];
    for (const letter of letters) {
      if (!accepts(letter)) yield { letter, status: 'skipped' };
      else if (letter.problem !== undefined) yield { letter, status: 'kept', reason: letter.problem };
      else chosen.push(letter);
    }
    while (chosen.length > 0 && left > 0) {
      if (abort.aborted) return;
      const most = writer.isTransactional ? fitting(chosen) : 1;
      const count = await pace.take(Math.min(most, left), drain);
      if (count === undefined) return writer.keep(run.commits());
      const { outcomes, error } = await run.redrive(partition, chosen.splice(0, count));
      yield* outcomes;
      if (error !== undefined) throw error;
      left -= outcomes.filter(({ status }) => status === 'redriven').length;
    }
    if (left <= 0) break;
  }
  await writer.keep(run.commits());
}

/** How many of the first letters one transaction takes: at least one, however large. */
function fitting(letters: readonly Letter[]): number {
  let bytes = 0;
  let count = 0;
  for (const { size } of letters.slice(0, MOST.letters)) {
    bytes += size;
    if (count > 0 && bytes > MOST.bytes) break;
    count++;
  }
  return count;
}

class Run {
  readonly progress: Map<number, Progress>;
  readonly #writer: Writer;

  constructor(writer: Writer, progress: Map<number, Progress>) {
    this.#writer = writer;
    this.progress = progress;
  }

  /** What of the log has no letters needs no mark of its own: markers of transactions, removed records. */
  pass(partition: number, letters: readonly Letter[], from: number, to: number): void {
    let progress = this.progress.get(partition);
    if (!progress) return;
    let at = from;
    for (const { offset } of letters) {
      progress = progress.with(at, offset);
      at = offset + 1;
    }
    this.progress.set(partition, progress.with(at, to));
  }

  commits(): Commit[] {
    return [...this.progress].flatMap(([partition, { from, metadata }]) =>
      metadata === undefined ? [] : [{ partition, offset: from, metadata }],
    );
  }

  /** @returns an outcome each, and the error after which no other letter can be redriven */
  async redrive(
    partition: number,
    letters: readonly Letter[],
  ): Promise<{ readonly outcomes: LetterOutcome[]; readonly error?: unknown }> {
    const before = this.progress.get(partition);
    const marked = letters.reduce((progress, { offset }) => progress?.with(offset, offset + 1), before);
    const metadata = marked?.metadata;
    if (!marked || metadata === undefined) {
      const from = before?.from ?? 0;
      const reason = `partition ${partition} has too many redriven records apart from each other: redrive those from offset ${from} on first`;
      return this.#oneByOne(partition, letters, reason);
    }
    const copies = letters.map(({ copy }) => copy).filter((copy): copy is Copy => copy !== undefined);
    try {
      await this.#writer.write(copies, [{ partition, offset: marked.from, metadata }]);
    } catch (error) {
      if (error instanceof RecordsRefused) return this.#oneByOne(partition, letters, error.message);
      if (!(error instanceof BrokerError || error instanceof ConnectionError)) throw error;
      // A transaction takes back what was written.
      const isUnknown = !this.#writer.isTransactional || (error instanceof LostConnection && error.sent);
      const status = isUnknown ? 'unconfirmed' : 'kept';
      return { outcomes: letters.map((letter) => ({ letter, status, reason: error.message })), error };
    }
    this.progress.set(partition, marked);
    return { outcomes: letters.map((letter) => ({ letter, status: 'redriven' })) };
  }

  /** Finds the records that cannot be redriven, for this reason. */
  async #oneByOne(
    partition: number,
    letters: readonly Letter[],
    reason: string,
  ): Promise<{ readonly outcomes: LetterOutcome[]; readonly error?: unknown }> {
    if (letters.length === 1)
      return { outcomes: letters.map((letter) => ({ letter, status: 'kept', reason })) };
    const outcomes: LetterOutcome[] = [];
    for (const letter of letters) {
      const one = await this.redrive(partition, [letter]);
      append(outcomes, one.outcomes);
      if (one.error !== undefined) return { outcomes, error: one.error };
    }
    return { outcomes };
  }
}
