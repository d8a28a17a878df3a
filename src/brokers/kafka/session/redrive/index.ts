import {
  append,
  BrokerError,
  ConnectionError,
  type LetterOutcome,
  Pace,
  parseAddress,
  type Redrive,
  RedriveError,
  type RedriveRequest,
  type RedriveRun,
  someOf,
  surveyOf,
} from '../../../../model/index.ts';
import type { Cluster } from '../cluster.ts';
import { LostConnection } from '../connection-errors.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { CODE } from '../protocol/errors.ts';
import { refused } from '../refusals.ts';
import { partitionKey } from '../topics/log-sizes.ts';
import { listBounds, readGroups } from '../topics/offsets.ts';
import { Coordinator } from './coordinator.ts';
import { type Copy, type Letter, LetterReader } from './letters.ts';
import { type Commit, chunksOf, type Place, progressOf } from './place.ts';
import type { Progress } from './progress.ts';
import { RecordsRefused, Writer } from './writer.ts';

/** Letters that are looked at before, so that the topics they came from are known. */
const PEEK = 1_000;

/** See `Session.redrive`. */
export async function openRedrive(cluster: Cluster, request: RedriveRequest): Promise<Redrive> {
  const [topic = ''] = parseAddress(request.address).path;
  if (request.via !== undefined) throw new RedriveError('--via is only for RabbitMQ');
  const group = `brokerform-redrive.${topic}`;
  const place: Place = {
    ...{ cluster, topic, group },
    coordinator: new Coordinator(cluster, 'group', group),
    reader: new LetterReader(cluster, request, topic),
    spans: await spansOf(cluster, await topicOf(cluster, topic)),
  };
  return {
    notes: await notesOn(place),
    survey: (options) => surveyOf(unredriven(place), options),
    run: (options) => runRedrive(place, options, new Pace(options.rate)),
  };
}

async function* unredriven(place: Place): AsyncGenerator<Letter> {
  for await (const { letters } of chunksOf(place, await progressOf(place))) yield* letters;
}

/** @throws RedriveError, BrokerError */
async function topicOf(cluster: Cluster, topic: string): Promise<TopicMetadata> {
  const [found] = await cluster.metadata([topic]);
  if (found?.error === CODE.UNKNOWN_TOPIC_OR_PARTITION)
    throw new RedriveError(`topic ${topic} does not exist`);
  if (!found || found.error === CODE.UNKNOWN_TOPIC_OR_PARTITION) {
    throw new RedriveError(`topic ${topic} does not exist`);
  }
  if (found.error === CODE.TOPIC_AUTHORIZATION_FAILED) {
    const right = { operation: 'Read', topic } as const;
    throw refused(cluster.settings, { op: `read topic ${topic}`, code: found.error, right });
  }
  return found;
}

async function spansOf(cluster: Cluster, topic: TopicMetadata): Promise<Place['spans']> {
  const bounds = await listBounds(cluster, [topic]);
  const spans = new Map<number, { start: number; end: number }>();
  for (const { index } of topic.partitions.toSorted((a, b) => a.index - b.index)) {
    const span = bounds.get(partitionKey(topic.name, index));
    if (!span) {
      const message = `partition ${index} of topic ${topic.name} has no leader that answers`;
      throw new RedriveError(message, 'try again');
    }
    spans.set(index, span);
  }
  return spans;
}

/** Whom copies reach beside the consumer that gave up: all groups of the topics that the first letters came from. */
async function notesOn(place: Place): Promise<string[]> {
  const { cluster, reader, group } = place;
  const progress = await progressOf(place);
  let seen = 0;
  for await (const { letters } of chunksOf(place, progress)) {
    seen += letters.length;
    if (seen >= PEEK) break;
  }
  const notes: string[] = [];
  const groups = await readGroups(cluster, await reader.known()).catch(() => new Map());
  for (const [topic, found] of groups) {
    const names = found.map((one: { group: string }) => one.group).sort();
    if (names.length > 1)
      notes.push(`topic ${topic}: all its consumer groups receive the records again: ${someOf(names, 10)}`);
  }
  const isBegun = [...progress].some(
    ([partition, { from }]) => from > (place.spans.get(partition)?.start ?? 0),
  );
  if (isBegun) notes.push(`redriven records stay in the topic; group ${group} keeps their offsets`);
  return notes;
}

/** Letters, and bytes of them, that one transaction takes at most: a broker takes a batch of 1 MiB by default. */
const MOST = { letters: 200, bytes: 512 * 1024 };

/** See `Redrive.run`. */
async function* runRedrive(
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
