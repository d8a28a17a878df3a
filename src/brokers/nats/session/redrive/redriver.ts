import type { LetterOutcome, RedriveRequest } from '../../../../model/index.ts';
import type { JetStreamApi } from '../api.ts';
import { hasNoResponders, hasUnknownOutcome, Refusal } from '../refusals.ts';
import type { Letter } from './letters.ts';
import { type Copy, copyHeaders, deleteMessage, type Header, OUR_ID, publish } from './messages.ts';
import type { Origin } from './origin.ts';

/** No stream has it. */
const NO_SEQUENCE = Number.MAX_SAFE_INTEGER;

/** A rough size of what a copy has beside headers and payload: the mark, the ids, the server's own record. */
const OVERHEAD = 512;

/**
 * Publishes dead messages again, and removes a message and its advisory once the stream has acknowledged the copy. Killed
 * at any request, nothing is lost: the next run publishes with the same message id, and the stream drops the second copy
 * within its `duplicate_window`.
 */
export class Redriver {
  readonly #api: JetStreamApi;
  /** The stream of the dead letters. */
  readonly #dead: string;
  readonly #request: RedriveRequest;
  /** What this run publishes of each stream, by sequence: several consumers may have given up one message. */
  readonly #published = new Map<string, Map<number, Promise<void>>>();
  readonly #deletable = new Map<string, Promise<void>>();

  constructor(api: JetStreamApi, dead: string, request: RedriveRequest) {
    this.#api = api;
    this.#dead = dead;
    this.#request = request;
  }

  /** @returns an outcome each, and the error after which no other letter can be redriven */
  async redriveAll(
    letters: readonly Letter[],
  ): Promise<{ readonly outcomes: LetterOutcome[]; readonly error?: unknown }> {
    await this.#refreshRoom(letters);
    // Publishes leave in this order over one connection, and a stream takes them in order.
    const results = await Promise.all(letters.map((letter) => this.#settle(letter)));
    const failed = results.find(({ error }) => error !== undefined);
    const outcomes = results.map(({ outcome }) => outcome);
    return failed ? { outcomes, error: failed.error } : { outcomes };
  }

  async #refreshRoom(letters: readonly Letter[]): Promise<void> {
    const limited = new Set<Origin>();
    for (const { goes } of letters) if (goes?.to.isLimited) limited.add(goes.to);
    await Promise.all([...limited].map((origin) => origin.refresh(this.#api)));
  }

  async #settle(letter: Letter): Promise<{ readonly outcome: LetterOutcome; readonly error?: unknown }> {
    const progress: { step: 'publish' | 'remove' } = { step: 'publish' };
    try {
      return { outcome: await this.#redrive(letter, progress) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const isRefused = error instanceof Refusal || hasNoResponders(error);
      if (progress.step === 'publish' && isRefused) {
        const reason = hasNoResponders(error) ? `no stream takes subject ${letter.goes?.subject}` : why;
        return { outcome: { letter, status: 'kept', reason } };
      }
      const isSent = progress.step === 'remove' || hasUnknownOutcome(error);
      return { outcome: { letter, status: isSent ? 'unconfirmed' : 'kept', reason: why }, error };
    }
  }

  async #redrive(letter: Letter, progress: { step: 'publish' | 'remove' }): Promise<LetterOutcome> {
    const { problem, origin, advisory, at } = letter;
    const twin = advisory && this.#published.get(advisory.stream)?.get(advisory.seq);
    const removesMessage = !twin && origin?.deletes === true && advisory !== undefined;
    if (twin) await twin;
    else {
      const reason = problem ?? (await this.#full(letter));
      const copy = this.#copy(letter);
      if (reason !== undefined || !copy)
        return { letter, status: 'kept', reason: reason ?? 'it cannot be read' };
      await Promise.all([this.#mayDelete(this.#dead), removesMessage && this.#mayDelete(advisory.stream)]);
      const published = publish(this.#api, copy);
      if (advisory) this.#remember(advisory.stream, advisory.seq, published);
      await published;
    }
    progress.step = 'remove';
    // The message first: without its advisory, nothing would tell of it.
    if (removesMessage) await deleteMessage(this.#api, advisory.stream, advisory.seq);
    await deleteMessage(this.#api, this.#dead, at);
    return { letter, status: 'redriven' };
  }

  #remember(stream: string, seq: number, published: Promise<void>): void {
    const sequences = this.#published.get(stream) ?? new Map();
    this.#published.set(stream, sequences.set(seq, published));
  }

  /** Asks before the first publish, so that a missing right leaves no copy behind. @throws as `JetStreamApi.read` */
  #mayDelete(stream: string): Promise<void> {
    const known = this.#deletable.get(stream) ?? deleteMessage(this.#api, stream, NO_SEQUENCE);
    this.#deletable.set(stream, known);
    return known;
  }

  /** Why a copy would push a message out that waits. @throws as `JetStreamApi.read` */
  async #full({ message, goes }: Letter): Promise<string | undefined> {
    if (!message || !goes) return undefined;
    const { subject, to } = goes;
    const bytes = message.data.length + headerBytes(message.headers) + OVERHEAD;
    if (!to.takeRoom(bytes)) return `stream ${to.name} is full and would discard its oldest message`;
    if (await to.isSubjectFull(this.#api, subject)) {
      return `stream ${to.name} would discard the oldest message of subject ${subject}`;
    }
    return undefined;
  }

  #copy({ message, goes, advisory, at }: Letter): Copy | undefined {
    if (!message?.headers || !goes) return undefined;
    const [stream, seq] = advisory ? [advisory.stream, advisory.seq] : [this.#dead, at];
    const id = `${OUR_ID}${stream}:${seq}:${message.time}`;
    const { subject, to } = goes;
    const options = { id, run: this.#request.run, keepsTtl: to.keepsTtl };
    return { subject, stream: to.name, data: message.data, headers: copyHeaders(message.headers, options) };
  }
}

function headerBytes(headers: readonly Header[] | undefined): number {
  return (headers ?? []).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
}
