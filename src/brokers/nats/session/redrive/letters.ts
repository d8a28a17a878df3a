import { type DeadLetter, isObject, parseJson, type RedriveRequest } from '../../../../model/index.ts';
import { isToken, isWithin } from '../../fields/subjects.ts';
import { listIn, textIn } from '../../fields/values.ts';
import type { JetStreamApi } from '../api.ts';
import { headerIn, messageAt, numberOf, redrivenOf, type StoredMessage } from './messages.ts';
import { Origin } from './origin.ts';

/** A dead letter, with what its redrive takes. */
export interface Letter extends DeadLetter {
  /** Its sequence in the stream of dead letters. */
  readonly at: number;
  /** What is published again: the dead message, or the copy of it that an application wrote. */
  readonly message?: StoredMessage;
  /** Absent if it is no advisory. */
  readonly advisory?: Advisory;
  /** The stream that it died in, where that is there. */
  readonly origin?: Origin;
  /** Where its copy goes, where that is known: a subject, and the stream that takes it. */
  readonly goes?: { readonly subject: string; readonly to: Origin };
}

/** Applications that publish copies of dead messages themselves, by the headers that name where these came from. */
const CONVENTIONS = [
  // A stream with `republish`: https://docs.nats.io/nats-concepts/jetstream/streams#republish
  { subject: 'Nats-Subject', source: 'Nats-Stream' },
  // Watermill's PoisonQueue: message/router/middleware/poison.go
  { subject: 'topic_poisoned', source: 'handler_poisoned', reason: 'reason_poisoned' },
] as const;

/** Most subjects whose streams are remembered. */
const MOST_SUBJECTS = 10_000;

/** Finds out, for the messages of a stream of dead letters, what died where and whether it can be published again. */
export class LetterReader {
  readonly #api: JetStreamApi;
  readonly #request: RedriveRequest;
  readonly #dead: { readonly name: string; readonly subjects: readonly string[] };
  readonly #origins = new Map<string, Promise<Origin | undefined>>();
  readonly #takers = new Map<string, Promise<Origin | undefined>>();

  constructor(
    api: JetStreamApi,
    request: RedriveRequest,
    dead: { readonly name: string; readonly subjects: readonly string[] },
  ) {
    this.#api = api;
    this.#request = request;
    this.#dead = dead;
  }

  /** @throws as `JetStreamApi.read` */
  origin(name: string): Promise<Origin | undefined> {
    const known = this.#origins.get(name) ?? Origin.read(this.#api, name);
    this.#origins.set(name, known);
    return known;
  }

  /** @throws as `JetStreamApi.read` */
  async letter(entry: StoredMessage): Promise<Letter> {
    const advisory = parseAdvisory(entry);
    if (advisory === undefined) return this.#copy(entry);
    const base = {
      at: entry.seq,
      id: `sequence ${entry.seq}`,
      size: 0,
      redriven: 0,
      header: () => undefined,
    };
    if (advisory === 'other') return { ...base, problem: 'the advisory does not report a dead letter' };
    const { stream, consumer, seq, reason, time } = advisory;
    const told = { ...base, source: `${stream}/${consumer}`, reason, time, advisory };
    const origin = await this.origin(stream);
    if (!origin) return { ...told, problem: `stream ${stream} does not exist` };
    const message = await messageAt(this.#api, stream, seq);
    const gone = origin.whyGone(advisory, message);
    if (!message || gone !== undefined) return { ...told, target: stream, origin, ...problemIn(gone) };
    const letter = { ...told, ...contents(message), origin, message };
    if (this.#request.to !== undefined) return this.#bound(letter, this.#request.to);
    const { subject } = message;
    const problem = origin.transforms
      ? `stream ${stream} transforms subjects: the original subject is unknown`
      : origin.whyRefused(subject);
    return {
      ...letter,
      target: stream,
      goes: { subject, to: origin },
      ...problemIn(problem ?? unreadable(message)),
    };
  }

  /** A message that is no advisory: the copy of a dead one. */
  async #copy(entry: StoredMessage): Promise<Letter> {
    const { headers } = entry;
    const found = CONVENTIONS.find(({ subject }) => headerIn(headers, subject) !== undefined);
    const subject = found && headerIn(headers, found.subject);
    const source = found && (headerIn(headers, found.source) ?? subject);
    const reason = found && 'reason' in found ? headerIn(headers, found.reason) : undefined;
    const letter: Letter = {
      ...{ at: entry.seq, id: `sequence ${entry.seq}`, time: entry.time, message: entry },
      ...contents(entry),
      ...(source !== undefined && { source }),
      ...(reason !== undefined && { reason }),
    };
    const goesTo = this.#request.to ?? subject;
    if (goesTo !== undefined) return this.#bound(letter, goesTo);
    return { ...letter, problem: 'no header contains the original subject: set one with --to' };
  }

  /** A letter that goes to a subject of any stream. */
  async #bound(letter: Letter, subject: string): Promise<Letter> {
    const to = await this.#taker(subject);
    if (!to) return { ...letter, target: subject, problem: `no stream takes subject ${subject}` };
    const problem = this.#loop(subject) ?? to.whyRefused(subject) ?? unreadable(letter.message);
    return { ...letter, target: subject, goes: { subject, to }, ...problemIn(problem) };
  }

  #loop(subject: string): string | undefined {
    const { name, subjects } = this.#dead;
    if (!subjects.some((own) => isWithin(subject, own))) return undefined;
    return `subject ${subject} leads back into stream ${name}`;
  }

  /** The stream that takes a subject. @throws as `JetStreamApi.read` */
  #taker(subject: string): Promise<Origin | undefined> {
    if (!subject.split('.').every(isToken)) return Promise.resolve(undefined);
    const known = this.#takers.get(subject) ?? this.#askTaker(subject);
    if (this.#takers.size < MOST_SUBJECTS) this.#takers.set(subject, known);
    return known;
  }

  async #askTaker(subject: string): Promise<Origin | undefined> {
    const { streams } = await this.#api.read({ verb: 'STREAM.NAMES', body: { subject } });
    const [name] = listIn(streams);
    return name === undefined ? undefined : this.origin(textIn(name));
  }
}

function contents({ subject, headers, data }: StoredMessage) {
  return {
    key: subject,
    size: data.length,
    redriven: redrivenOf(headers),
    header: (name: string) => headerIn(headers, name),
  };
}

function unreadable(message: StoredMessage | undefined): string | undefined {
  return message?.headers ? undefined : 'its headers are not valid UTF-8 text';
}

function problemIn(problem: string | undefined): { problem?: string } {
  return problem === undefined ? {} : { problem };
}

/** A message that a consumer gave up, as a server tells it. */
export interface Advisory {
  readonly stream: string;
  readonly consumer: string;
  /** The sequence of the message in its stream. */
  readonly seq: number;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** https://github.com/nats-io/jsm.go/tree/main/schema_source/jetstream/advisory/v1 */
const PREFIX = 'io.nats.jetstream.advisory.v1.';
/** Of the advisories of a consumer, those after which it does not deliver the message any more. A nak is none. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['max_deliver', 'max-deliver'],
  ['terminated', 'terminated'],
]);

/** Larger ones are no advisories. */
const MAX_BYTES = 64 * 1024;
const MAX_REASON = 200;

/**
 * What an advisory says; `other` for one that is about no dead letter, and undefined for a message that is no advisory.
 * The subject is not asked, because streams may transform it.
 */
export function parseAdvisory({ data, time }: StoredMessage): Advisory | 'other' | undefined {
  if (data.length > MAX_BYTES || data[0] !== 0x7b) return undefined;
  const body = parsed(data);
  const type = isObject(body) ? textIn(body.type) : '';
  if (!isObject(body) || !type.startsWith(PREFIX)) return undefined;
  const reason = REASONS.get(type.slice(PREFIX.length));
  const seq = numberOf(body.stream_seq);
  if (reason === undefined || seq < 1) return 'other';
  const said = textIn(body.reason).slice(0, MAX_REASON);
  const told = Date.parse(textIn(body.timestamp));
  return {
    stream: textIn(body.stream),
    consumer: textIn(body.consumer),
    seq,
    // Since 2.10 a client may say why it terminates a message.
    reason: said === '' ? reason : `${reason}: ${said}`,
    time: Number.isNaN(told) ? time : told,
  };
}

function parsed(data: Uint8Array) {
  try {
    return parseJson(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}

/** Stream and consumer that the subject of an advisory names. */
export function namedIn(subject: string): { stream: string; consumer: string } | undefined {
  const [, stream, consumer] =
    /^\$JS\.EVENT\.ADVISORY\.CONSUMER\.(?:MAX_DELIVERIES|MSG_TERMINATED)\.([^.]+)\.([^.]+)$/.exec(subject) ??
    [];
  return stream === undefined || consumer === undefined ? undefined : { stream, consumer };
}
