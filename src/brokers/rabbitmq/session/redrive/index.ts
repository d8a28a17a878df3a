import {
  type LetterOutcome,
  Pace,
  type Redrive,
  type RedriveRequest,
  type RedriveRun,
  type RedriveSurvey,
} from '../../../../model/index.ts';
import type { Published } from './confirms.ts';
import { marked } from './marking.ts';
import { type OpenedQueue, openQueue, type RedriveOptions } from './opened.ts';
import { type Read, Reading } from './reading.ts';

/** See `Session.redrive`. @throws RedriveError, BrokerError, ConnectionError */
export async function redrive(request: RedriveRequest, options: RedriveOptions): Promise<Redrive> {
  const queue = await openQueue(request, options);
  return {
    count: queue.count,
    notes: queue.notes,
    survey: (choice) => surveyLetters(queue, request, options, choice),
    run: (choice) => runLetters(queue, request, options, choice),
  };
}

/** Messages that were published and are not confirmed: more make it no faster, and as many may arrive twice after a kill. */
const IN_FLIGHT = 400;
/** Bytes of messages that were delivered and wait to be published. */
const DELIVERED = 64 * 1024 * 1024;
/** Assumed where the statistics do not tell. */
const UNKNOWN_SIZE = 64 * 1024;
/** Messages that are to come at a time with a limit, at least: many of them may be skipped. */
const FEW = 1000;

/** Reads letters, holds them, and gives all of them back. */
async function* surveyLetters(
  queue: OpenedQueue,
  request: RedriveRequest,
  options: RedriveOptions,
  { accepts, limit = Number.POSITIVE_INFINITY, most, signal }: RedriveSurvey,
): AsyncIterable<LetterOutcome> {
  const reading = await Reading.open(queue, request, options, false);
  const { flow } = reading;
  let chosen = 0;
  let read = 0;
  try {
    while (!reading.isDone && chosen < limit && read < most) {
      signal.throwIfAborted();
      flow.results();
      const one = reading.next();
      if (!one) {
        await reading.more(Math.max(1, Math.min(most, queue.count, Math.max(FEW, 2 * limit))));
        await flow.wait(1);
        continue;
      }
      read++;
      const isChosen = accepts(one.letter);
      const problem = isChosen ? await reading.problemOf(one) : undefined;
      reading.keep(one);
      if (!isChosen) yield { letter: one.letter, status: 'skipped' };
      else if (problem === undefined) {
        chosen++;
        yield { letter: one.letter, status: 'chosen' };
      } else yield keptBecause(one, problem);
    }
    while (flow.pending > 0) await flow.wait();
    await flow.close();
  } catch (error) {
    throw reading.explain(error);
  } finally {
    flow.destroy();
  }
}

/** Publishes letters to where they came from, and removes each once the broker has confirmed it there. */
async function* runLetters(
  queue: OpenedQueue,
  request: RedriveRequest,
  options: RedriveOptions,
  choice: RedriveRun,
): AsyncIterable<LetterOutcome> {
  const { drain, abort, accepts, limit = Number.POSITIVE_INFINITY } = choice;
  const reading = await Reading.open(queue, request, options, true);
  const { flow } = reading;
  const publisher = new Publisher(reading);
  const pace = new Pace(choice.rate);
  const stop = () => flow.destroy();
  let told: string | undefined;
  const tellAlarm = () => {
    if (told !== flow.alarm) choice.onWork?.(flow.alarm === undefined ? undefined : alarmText(flow.alarm));
    told = flow.alarm;
  };
  abort.addEventListener('abort', stop);
  try {
    while (!reading.isDone && !drain.aborted) {
      yield* publisher.results();
      const isFull = publisher.pending >= IN_FLIGHT;
      if (isFull || publisher.redriven + publisher.pending >= limit) {
        if (publisher.pending === 0) break;
        tellAlarm();
        await flow.wait(1);
        continue;
      }
      tellAlarm();
      const one = pace.isDue() ? reading.next() : undefined;
      if (!one) {
        if (pace.isDue()) await reading.more(windowOf(queue, limit));
        await flow.wait(1);
        continue;
      }
      const isChosen = accepts(one.letter);
      const problem = isChosen ? await reading.problemOf(one) : undefined;
      if (isChosen && problem === undefined) {
        pace.spend();
        publisher.publish(one);
        continue;
      }
      reading.keep(one);
      yield problem === undefined ? { letter: one.letter, status: 'skipped' } : keptBecause(one, problem);
    }
    for (;;) {
      yield* publisher.results();
      tellAlarm();
      // While an alarm blocks publishers, what is in flight may never be confirmed, and nothing can be asked.
      if (flow.pending === 0 || (flow.alarm !== undefined && drain.aborted)) break;
      await flow.wait();
    }
    yield* publisher.unconfirmed();
    if (flow.alarm === undefined) await flow.close();
  } catch (error) {
    yield* publisher.results();
    yield* publisher.unconfirmed();
    if (!abort.aborted) throw reading.explain(error);
  } finally {
    abort.removeEventListener('abort', stop);
    flow.destroy();
  }
}

function keptBecause({ letter }: Read, reason: string): LetterOutcome {
  return { letter: { ...letter, problem: reason }, status: 'kept', reason };
}

function alarmText(alarm: string): string {
  return `waiting: an alarm of the broker blocks publishers (${alarm})`;
}

/** How many messages are to be there at a time; all where they are small. */
function windowOf({ averageSize = UNKNOWN_SIZE, count }: OpenedQueue, limit: number): number {
  const most = Math.max(1, Math.floor(DELIVERED / Math.max(1, averageSize)));
  return Math.min(most, Math.max(FEW, 2 * limit), Math.max(1, count));
}

/** Publishes letters, and tells what became of them. */
class Publisher {
  redriven = 0;
  readonly #reading: Reading;
  readonly #letters = new Map<number, Read>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  get pending(): number {
    return this.#letters.size;
  }

  publish(read: Read): void {
    const { flow, queue, request } = this.#reading;
    const { delivery, raw, letter } = read;
    const { content, origin } = raw;
    if (!content) return;
    this.#letters.set(delivery.tag, read);
    const mark = {
      ...{ count: letter.redriven + 1, run: request.run, number: flow.nextNumber, from: queue.name },
      time: request.now().getTime(),
      ...(origin && { origin }),
    };
    if (request.via === 'exchange' && origin) {
      const [key = '', ...cc] = origin.keys;
      flow.publish(delivery, origin.exchange, key, marked(content, mark, cc));
    } else flow.publish(delivery, '', letter.target ?? '', marked(content, mark));
  }

  *results(): Iterable<LetterOutcome> {
    for (const published of this.#reading.flow.results()) {
      const read = this.#letters.get(published.tag);
      this.#letters.delete(published.tag);
      if (read) yield this.#outcome(read, published);
    }
  }

  /** The broker did not answer for these, or not in time. */
  *unconfirmed(): Iterable<LetterOutcome> {
    for (const { letter } of this.#letters.values()) yield { letter, status: 'unconfirmed' };
    this.#letters.clear();
  }

  #outcome(read: Read, { result }: Published): LetterOutcome {
    const { letter } = read;
    if (result === 'confirmed') {
      this.redriven++;
      return { letter, status: 'redriven' };
    }
    this.#reading.keep(read);
    const target = letter.target ?? '';
    if (result === 'returned')
      return keptBecause(read, `the broker returned it: no queue for ${JSON.stringify(target)}`);
    return keptBecause(read, this.#reading.targets.rejected(target));
  }
}
