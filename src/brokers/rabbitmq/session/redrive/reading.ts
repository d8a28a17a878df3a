import { BrokerError, type LetterOutcome, type RedriveRequest } from '../../../../model/index.ts';
import { AmqpRefusal } from '../connection-errors.ts';
import { type Delivery, Flow } from './flow.ts';
import { type RabbitLetter, readLetter } from './letters.ts';
import { renewed } from './marking.ts';
import type { OpenedQueue, RedriveOptions } from './opened.ts';
import { readyIn, Targets } from './targets.ts';

/**
 * How long no message may come before others count as having taken the rest. Milliseconds; a busy broker can have one on
 * the way for long.
 */
const QUIET = 2_000;
/** How long a queue may deliver nothing while it has messages. Milliseconds. */
const UNDELIVERED = 30_000;

/** Bytes that a mark adds, about: quorum queues of 4.3 count them against max-length-bytes. */
const MARK_SIZE = 512;

/** A letter that was delivered, with what a redrive makes of it. */
export interface Read {
  readonly delivery: Delivery;
  readonly raw: RabbitLetter;
  readonly letter: LetterOutcome['letter'];
}

/** Reads the letters that were in a queue when it was opened. */
export class Reading {
  readonly targets: Targets;
  #seen = 0;
  #deliveredAt = Date.now();
  #askedAt = 0;
  #isDone = false;

  /** @throws ConnectionError, AmqpRefusal */
  static async open(
    queue: OpenedQueue,
    request: RedriveRequest,
    options: RedriveOptions,
    publishes: boolean,
  ): Promise<Reading> {
    const { vhost, name, endpoint, deliveryLimit } = queue;
    const keeps = publishes || deliveryLimit !== undefined;
    const { run } = request;
    const flow = await Flow.open(options.settings, endpoint, { vhost, queue: name, run, publishes: keeps });
    return new Reading(queue, request, options, flow);
  }

  private constructor(
    readonly queue: OpenedQueue,
    readonly request: RedriveRequest,
    readonly options: RedriveOptions,
    readonly flow: Flow,
  ) {
    this.targets = new Targets(queue.vhost, options.listings, queue.links);
  }

  /** Every letter was read. */
  get isDone(): boolean {
    return this.#isDone || this.#seen >= this.queue.count;
  }

  /** The next letter; undefined while none is there. One that came back during this run is held, and is none. */
  next(): Read | undefined {
    for (;;) {
      const delivery = this.flow.next();
      if (!delivery) return undefined;
      this.#deliveredAt = Date.now();
      const raw = readLetter(delivery.header, delivery.size, this.queue.name);
      if (raw.run === this.request.run) continue;
      this.#seen++;
      const target = this.#targetOf(raw);
      return { delivery, raw, letter: { ...raw.letter, ...(target !== undefined && { target }) } };
    }
  }

  /**
   * Lets more messages come, and finds out whether there are any.
   * @throws ConnectionError, AmqpRefusal, BrokerError
   */
  async more(window: number): Promise<void> {
    const { flow, queue } = this;
    await flow.take(queue.singleActiveConsumer ? Number.MAX_SAFE_INTEGER : window, queue.count);
    if (flow.cancelled) this.fail('the queue was deleted, or its leader changed');
    if (!flow.isIdle(QUIET) || Date.now() - this.#askedAt < QUIET) return;
    this.#askedAt = Date.now();
    const ready = await this.#ready();
    if (!flow.isIdle(QUIET)) return;
    if (ready === 0) this.#isDone = true;
    else if (Date.now() - this.#deliveredAt > UNDELIVERED) {
      this.fail(
        `the queue delivered no message for ${UNDELIVERED / 1000} s`,
        'another consumer may be the single active one, or have a higher priority',
      );
    }
  }

  /**
   * Why a letter cannot be redriven; else its target has room for it.
   * @throws BrokerError, ConnectionError
   */
  async problemOf({ raw, letter: { source, ...letter } }: Read): Promise<string | undefined> {
    const { request, queue } = this;
    if (!raw.content) return 'its headers cannot be decoded';
    const { userId, origin } = raw;
    const size = letter.size + raw.content.payload.length + MARK_SIZE;
    if (queue.onlyUser !== undefined && userId !== undefined && userId !== queue.onlyUser) {
      return `its user_id is ${JSON.stringify(userId)}: publishing it requires the tag "impersonator"`;
    }
    if (request.to !== undefined) return this.targets.toQueue(request.to, size);
    if (request.via === 'exchange') {
      if (!origin || origin.keys.length === 0) return 'it has no x-death header that names an exchange';
      if (origin.exchange !== '') return this.targets.toExchange(origin.exchange);
      return this.targets.toQueue(origin.keys[0] ?? '', size);
    }
    if (source === undefined) return 'it has no x-death header that names a queue';
    return this.targets.toQueue(source, size);
  }

  /**
   * Publishes a letter that stays to its own queue again where the queue would drop it for being delivered too often: once
   * half of its deliveries are used up, so that kills do not use up the rest.
   */
  keep({ delivery, raw }: Read): void {
    const { deliveryLimit, name } = this.queue;
    if (deliveryLimit === undefined || raw.deliveries * 2 < deliveryLimit || !raw.content) return;
    this.flow.publish(delivery, '', name, renewed(raw.content));
  }

  fail(message: string, hint?: string): never {
    const failure = { op: 'redrive', message, ...(hint !== undefined && { hint }) };
    throw new BrokerError(this.options.settings.broker, failure);
  }

  /** A refusal of the broker, as errors of a session are. */
  explain(error: unknown): unknown {
    if (!(error instanceof AmqpRefusal)) return error;
    const { code, message } = error;
    return new BrokerError(
      this.options.settings.broker,
      { op: 'redrive', ...(code && { status: code }), message },
      error,
    );
  }

  #targetOf({ letter: { source }, origin }: RabbitLetter): string | undefined {
    const { to, via } = this.request;
    if (to !== undefined) return to;
    if (via !== 'exchange') return source;
    return origin && (origin.exchange === '' ? origin.keys[0] : `exchange ${origin.exchange}`);
  }

  async #ready(): Promise<number | undefined> {
    const { vhost, name, links } = this.queue;
    try {
      return (await readyIn(links, vhost, name)).messages;
    } catch (error) {
      if (error instanceof AmqpRefusal) this.fail(error.message);
      throw error;
    }
  }
}
