import {
  type BrokerIdentity,
  isObject,
  type JsonObject,
  type LetterOutcome,
  objectOf,
  Pace,
  parseAddress,
  type Redrive,
  RedriveError,
  type RedriveRequest,
  type RedriveRun,
  surveyOf,
} from '../../../../model/index.ts';
import { stringsIn } from '../../fields/values.ts';
import type { JetStreamApi } from '../api.ts';
import { configOf } from '../listings.ts';
import { errorOf, hasUnknownOutcome, isNotFound, Refusal, unless } from '../refusals.ts';
import { type Letter, LetterReader, namedIn } from './letters.ts';
import { messageAt, messageFrom, numberOf, type StoredMessage } from './messages.ts';
import { Redriver } from './redriver.ts';

/** Letters that are read, published and removed at the same time. */
const WINDOW = 64;
/** Most streams whose consumers are named. */
const MOST_NOTES = 20;
const OP = 'redrive';

/** See `Session.redrive`. */
export async function openRedrive(
  request: RedriveRequest,
  api: JetStreamApi,
  broker: BrokerIdentity,
): Promise<Redrive> {
  const [name = ''] = parseAddress(request.address).path;
  if (request.via !== undefined) throw new RedriveError('--via is only for RabbitMQ');
  try {
    return await openStream(name, request, api, broker);
  } catch (error) {
    throw error instanceof RedriveError ? error : errorOf(broker.name, error, OP);
  }
}

async function openStream(
  name: string,
  request: RedriveRequest,
  api: JetStreamApi,
  broker: BrokerIdentity,
): Promise<Redrive> {
  const info = await infoOf(api, name);
  const config = configOf(info);
  if (config.deny_delete === true || config.sealed === true) {
    const field = config.sealed === true ? 'sealed' : 'deny_delete';
    const hint = `${field} cannot be turned off: let another stream without it take the dead letters`;
    throw new RedriveError(`stream ${name} does not let messages be deleted (${field})`, hint);
  }
  if (isObject(config.mirror)) {
    throw new RedriveError(`stream ${name} is a mirror`, 'redrive from the stream that it mirrors');
  }
  const state = objectOf(info.state);
  const reader = new LetterReader(api, request, { name, subjects: stringsIn(config.subjects) });
  const first = numberOf(state.first_seq);
  /** What dies during the run comes after it. */
  const last = numberOf(state.last_seq);
  const walk = () => windowsOf(api, name, { first, last });
  return {
    count: numberOf(state.messages),
    notes: request.to === undefined ? await notesOn(reader, state) : [],
    survey: (options) => guarded(broker, surveyOf(lettersOf(walk(), reader), options)),
    run: (options) => guarded(broker, run(new Redriver(api, name, request), walk(), reader, options)),
  };
}

async function infoOf(api: JetStreamApi, name: string): Promise<JsonObject> {
  const request = { verb: 'STREAM.INFO', path: [name], body: { subjects_filter: '>' } };
  const info = await unless(isNotFound, api.read(request));
  if (!info) throw new RedriveError(`stream ${name} does not exist`);
  return info;
}

async function* guarded<T>(broker: BrokerIdentity, items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    const isRequest = error instanceof Refusal || hasUnknownOutcome(error) || !isAbort(error);
    throw isRequest ? errorOf(broker.name, error, OP) : error;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The messages of a stream, from the first to the last, some at a time. */
async function* windowsOf(
  api: JetStreamApi,
  stream: string,
  { first, last }: { readonly first: number; readonly last: number },
): AsyncGenerator<StoredMessage[]> {
  for (let at = first; at <= last; ) {
    const count = Math.min(WINDOW, last - at + 1);
    const read = Array.from({ length: count }, (_, i) => messageAt(api, stream, at + i));
    const found = (await Promise.all(read)).filter((message) => message !== undefined);
    at += count;
    if (found.length > 0) yield found;
    // A large gap is skipped by one request.
    else at = (await messageFrom(api, stream, at))?.seq ?? last + 1;
  }
}

async function* lettersOf(
  windows: AsyncIterable<StoredMessage[]>,
  reader: LetterReader,
): AsyncGenerator<Letter> {
  for await (const window of windows) {
    yield* await Promise.all(window.map((entry) => reader.letter(entry)));
  }
}

/** What the subjects of advisories tell without reading them: whom copies reach beside the consumer that gave up. */
async function notesOn(reader: LetterReader, { subjects }: JsonObject): Promise<string[]> {
  const givenUp = new Map<string, Set<string>>();
  for (const subject of Object.keys(objectOf(subjects))) {
    const named = namedIn(subject);
    if (!named) continue;
    const consumers = givenUp.get(named.stream) ?? new Set();
    givenUp.set(named.stream, consumers.add(named.consumer));
  }
  const notes: string[] = [];
  for (const [stream, consumers] of [...givenUp].slice(0, MOST_NOTES)) {
    const origin = await reader.origin(stream);
    if (!origin) continue;
    const others = origin.consumers.map(({ name }) => name).filter((name) => !consumers.has(name));
    if (others.length > 0) {
      notes.push(
        `stream ${stream}: other consumers get the messages again if their filters match: ${listed(others)}`,
      );
    }
    if (!origin.isWork)
      notes.push(`stream ${stream} keeps the dead messages beside their copies (limits retention)`);
    if (origin.denies)
      notes.push(`stream ${stream} keeps the dead messages beside their copies (deny_delete)`);
  }
  return notes;
}

function listed(names: readonly string[]): string {
  const more = names.length - 10;
  return `${names.slice(0, 10).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function* run(
  redriver: Redriver,
  windows: AsyncIterable<StoredMessage[]>,
  reader: LetterReader,
  { accepts, limit, rate, drain, abort }: RedriveRun,
): AsyncGenerator<LetterOutcome> {
  const pace = new Pace(rate);
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const window of windows) {
    const letters = await Promise.all(window.map((entry) => reader.letter(entry)));
    const chosen: Letter[] = [];
    for (const letter of letters) {
      if (accepts(letter)) chosen.push(letter);
      else yield { letter, status: 'skipped' };
    }
    // Advisories of one moment may come in any order.
    chosen.sort((a, b) => (a.advisory?.seq ?? a.at) - (b.advisory?.seq ?? b.at));
    while (chosen.length > 0) {
      if (abort.aborted) return;
      const count = await pace.take(Math.min(chosen.length, left), drain);
      if (count === undefined) return;
      const { outcomes, error } = await redriver.redriveAll(chosen.splice(0, count));
      yield* outcomes;
      if (error !== undefined) throw error;
      left -= outcomes.filter(({ status }) => status === 'redriven').length;
      if (left <= 0) return;
    }
  }
}
