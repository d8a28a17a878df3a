import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerError, type Failure } from '../../../../model/index.ts';
import { AmqpRefusal, NoAnswer } from '../connection-errors.ts';
import type { Endpoint, RabbitSettings } from '../settings.ts';
import { CHANNEL, type Listener, RawConnection } from './connection.ts';
import { nacked, refused, returned } from './failures.ts';
import {
  type Frame,
  METHODS,
  methodFrame,
  shortText,
  shortTextAt,
  tableBytes,
  uint8,
  uint16,
  uint32,
  uint64,
} from './frames.ts';
import { withoutCounts } from './message-headers.ts';

export interface TransferOptions {
  readonly vhost: string;
  /** Queue that the messages are in. */
  readonly from: string;
  /** Fanout exchange that leads to where they go. */
  readonly via: string;
  /** Most messages in flight: as many may arrive twice if this process is killed. */
  readonly prefetch: number;
  /** Messages a second, at most. */
  readonly rate?: number | undefined;
  /** The queue counts deliveries in headers of what it delivers again. */
  readonly countsDeliveries: boolean;
  readonly signal: AbortSignal;
}

/** How long no message may be confirmed, at least, before the connection counts as lost. Milliseconds. */
const STALLED = 30_000;
const LOOK = 20;
/** The queue's own consumers get what this one has no room for: the fewer, the less the order changes for them. */
const FIRST = tableBytes({ 'x-priority': 1_000_000 });
const MANDATORY = uint8(1);
const MULTIPLE = uint8(1);
const NO_FLAGS = uint8(0);

/**
 * Moves messages from a queue to an exchange, as long as it is open. Each is acknowledged once the broker has confirmed
 * that it is in another queue, so none is lost; what was not acknowledged when the connection ends stays where it is.
 * Every message goes on as the bytes that came, in the order that it came.
 */
export class Transfer implements Listener {
  /** Messages that were acknowledged. */
  moved = 0;
  /** Of the bodies of all that came. */
  bytes = 0;
  /** Messages that were delivered for the first time. */
  fresh = 0;
  /** Most messages in flight at a time since this was last set to 0. */
  peak = 0;
  /** Why the broker does not take messages now: an alarm of its memory or disk. */
  alarm: string | undefined;
  /** The queue has gone. */
  cancelled = false;
  readonly #options: TransferOptions;
  #connection: RawConnection | undefined;
  #failure: Error | undefined;
  #lastAt = Date.now();

  // The channel is used for nothing else, and every delivery is published once, in order: the number of a delivery is
  // also that of its confirm.
  #delivered = 0;
  #published = 0;
  #confirmed = 0;
  readonly #confirmedLater = new Set<number>();

  #message: { key: Buffer; redelivered: boolean; frames: Buffer[]; left: number } | undefined;
  readonly #due: (readonly Buffer[])[] = [];
  #paced: NodeJS.Timeout | undefined;
  #allowance = 0;
  #releasedAt = Date.now();
  readonly #stalledAfter: number;
  readonly #abort = () => this.destroy();

  /** @throws ConnectionError, AmqpRefusal */
  static async open(
    settings: RabbitSettings,
    endpoint: Endpoint,
    options: TransferOptions,
  ): Promise<Transfer> {
    const transfer = new Transfer(options, Math.max(STALLED, settings.timeout));
    const connection = await RawConnection.open(settings, endpoint, options.vhost, transfer);
    transfer.#connection = connection;
    options.signal.addEventListener('abort', transfer.#abort);
    try {
      const prefetch = methodFrame(CHANNEL, METHODS.qos, uint32(0), uint16(transfer.#prefetch()), NO_FLAGS);
      await connection.request(prefetch, METHODS.qosOk);
      const consume = [uint16(0), shortText(options.from), shortText('mover'), NO_FLAGS, FIRST];
      await connection.request(methodFrame(CHANNEL, METHODS.consume, ...consume), METHODS.consumeOk);
      return transfer;
    } catch (error) {
      transfer.destroy();
      throw transfer.#failure ?? error;
    }
  }

  private constructor(options: TransferOptions, stalledAfter: number) {
    this.#options = options;
    this.#stalledAfter = stalledAfter;
  }

  get inFlight(): number {
    return this.#delivered - this.moved;
  }

  /** Nothing is in flight, and nothing came for so many milliseconds. */
  isIdle(milliseconds: number): boolean {
    return this.inFlight === 0 && Date.now() - this.#lastAt >= milliseconds;
  }

  /**
   * Waits a moment.
   * @throws ConnectionError, AmqpRefusal, BrokerError what ended the transfer
   */
  async wait(milliseconds = LOOK): Promise<void> {
    const isStalled = this.#published > this.moved && this.alarm === undefined;
    if (isStalled && Date.now() - this.#lastAt > this.#stalledAfter) {
      this.#connection?.destroy(new NoAnswer(`confirmed no message for ${this.#stalledAfter / 1000} s`));
    }
    if (this.#failure) throw this.#failure;
    await sleep(milliseconds);
    if (this.#failure) throw this.#failure;
  }

  /**
   * Takes no more messages, and ends once those in flight are where they belong.
   * @throws as {@link wait}
   */
  async finish(): Promise<void> {
    try {
      if (!this.cancelled) {
        const cancel = methodFrame(CHANNEL, METHODS.cancel, shortText('mover'), NO_FLAGS);
        await this.#connection?.request(cancel, METHODS.cancelOk);
      }
      while (this.inFlight > 0) await this.wait();
      if (!this.cancelled) await this.#connection?.flush(this.#options.from);
      await this.#connection?.close();
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.destroy();
    }
  }

  /** What is in flight stays where it was; some of it may arrive twice. */
  destroy(): void {
    clearInterval(this.#paced);
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#connection?.destroy();
  }

  frame(frame: Frame): void {
    if (this.#failure || frame.kind === 'heartbeat') return;
    if (frame.kind !== 'method') {
      this.#content(frame);
      return;
    }
    const { method, args } = frame;
    if (method === METHODS.deliver) this.#delivery(args);
    else if (method === METHODS.ack) this.#confirm(Number(args.readBigUInt64BE(0)), args.readUInt8(8) === 1);
    else if (method === METHODS.cancel) this.cancelled = true;
    else if (method === METHODS.return) this.#fail(returned(this.#options, args));
    else if (method === METHODS.nack) this.#fail(nacked(this.#options));
  }

  chunkEnd(): void {
    if (this.#failure) return;
    const count = this.#confirmed - this.moved;
    if (count === 0) return;
    this.moved = this.#confirmed;
    this.#connection?.send(methodFrame(CHANNEL, METHODS.ack, uint64(this.moved), MULTIPLE));
  }

  blocked(reason: string | undefined): void {
    this.alarm = reason;
    this.#lastAt = Date.now();
  }

  ended(error: Error): void {
    this.#failure ??= error instanceof AmqpRefusal ? refused(this.#options, error) : error;
    clearInterval(this.#paced);
  }

  #delivery(args: Buffer): void {
    const consumer = shortTextAt(args, 0);
    const redelivered = args.readUInt8(1 + consumer.length + 8) === 1;
    const exchange = shortTextAt(args, 1 + consumer.length + 9);
    const key = shortTextAt(args, 1 + consumer.length + 10 + exchange.length);
    this.#message = { key, redelivered, frames: [], left: 0 };
  }

  #content(frame: Extract<Frame, { kind: 'header' | 'body' }>): void {
    const message = this.#message;
    if (!message) return;
    if (frame.kind === 'header') {
      const mayCount = this.#options.countsDeliveries && message.redelivered;
      message.frames.push(mayCount ? withoutCounts(frame.bytes) : frame.bytes);
      message.left = frame.bodySize;
      this.bytes += frame.bodySize;
    } else {
      message.frames.push(frame.bytes);
      message.left -= frame.size;
    }
    if (message.left > 0) return;
    this.#message = undefined;
    this.#lastAt = Date.now();
    this.#delivered++;
    if (!message.redelivered) this.fresh++;
    this.peak = Math.max(this.peak, this.inFlight);
    const to = [uint16(0), shortText(this.#options.via), shortText(message.key), MANDATORY];
    const frames = [methodFrame(CHANNEL, METHODS.publish, ...to), ...message.frames];
    if (this.#options.rate === undefined) this.#publish(frames);
    else this.#pace(frames, this.#options.rate);
  }

  #publish(frames: readonly Buffer[]): void {
    this.#published++;
    this.#connection?.send(...frames);
  }

  #pace(frames: readonly Buffer[], rate: number): void {
    this.#due.push(frames);
    this.#paced ??= setInterval(() => this.#release(rate), LOOK);
  }

  /** Publishes as much as the time since the last look allows. */
  #release(rate: number): void {
    const now = Date.now();
    this.#allowance = Math.min(this.#allowance + ((now - this.#releasedAt) * rate) / 1000, Math.max(1, rate));
    this.#releasedAt = now;
    for (; this.#allowance >= 1 && this.#due.length > 0; this.#allowance--) {
      this.#publish(this.#due.shift() ?? []);
    }
  }

  /** With a limit on the rate, no more than about a second's messages are taken from other consumers. */
  #prefetch(): number {
    const { prefetch, rate = prefetch } = this.#options;
    return Math.max(1, Math.min(prefetch, Math.ceil(rate)));
  }

  #confirm(number: number, multiple: boolean): void {
    this.#lastAt = Date.now();
    if (multiple) {
      this.#confirmed = Math.max(this.#confirmed, number);
      for (const later of this.#confirmedLater) if (later <= number) this.#confirmedLater.delete(later);
    } else this.#confirmedLater.add(number);
    while (this.#confirmedLater.delete(this.#confirmed + 1)) this.#confirmed++;
  }

  /** What was confirmed is acknowledged, and the rest stays where it was. */
  #fail(failure: Failure): void {
    this.chunkEnd();
    const error = new BrokerError(this.#options.vhost, failure);
    this.#failure ??= error;
    setImmediate(() => this.destroy());
  }
}
