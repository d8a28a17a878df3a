import { setTimeout as sleep } from 'node:timers/promises';
import { NoAnswer } from '../connection-errors.ts';
import { CHANNEL, type Listener, RawConnection } from '../move/connection.ts';
import {
  type Frame,
  METHODS,
  methodFrame,
  shortText,
  shortTextAt,
  uint8,
  uint16,
  uint32,
  uint64,
} from '../move/frames.ts';
import type { Endpoint, RabbitSettings } from '../settings.ts';
import { Confirms, type Published } from './confirms.ts';
import { numberOf } from './letters.ts';

export interface FlowOptions {
  readonly vhost: string;
  readonly queue: string;
  /** Of this redrive, in the marks. */
  readonly run: string;
  /** Whether messages may be published: their bodies are kept until then. */
  readonly publishes: boolean;
}

/** A message that the queue delivered. */
export interface Delivery {
  readonly tag: number;
  /** The frame of the content header. */
  readonly header: Buffer;
  readonly body: readonly Buffer[];
  readonly size: number;
}

/** How long no message may be confirmed, at least, before the connection counts as lost. Milliseconds. */
const STALLED = 30_000;
const LOOK = 20;
/** What one consumer may hold: the field has 16 bits. */
const MOST_PREFETCH = 65_535;
/** With less room, messages come one by one. */
const SCARCE = 50;
const MANDATORY = uint8(1);
const REQUEUE = uint8(3);
const ONE = uint8(0);
const NO_FLAGS = uint8(0);

interface Incoming {
  readonly kind: 'delivery' | 'return';
  readonly tag: number;
  header: Buffer | undefined;
  readonly body: Buffer[];
  size: number;
  left: number;
}

/**
 * Takes messages from a queue, publishes some of them, and holds the others. A message is acknowledged once the broker has
 * confirmed it elsewhere; all that was not acknowledged when the connection ends stays in the queue.
 */
export class Flow implements Listener {
  /** Why the broker does not take messages now: an alarm of its memory or disk. */
  alarm: string | undefined;
  /** The queue has gone. */
  cancelled = false;
  readonly #options: FlowOptions;
  readonly #stalledAfter: number;
  #connection: RawConnection | undefined;
  #failure: Error | undefined;
  #lastAt = Date.now();
  #incoming: Incoming | undefined;
  readonly #waiting: Delivery[] = [];
  readonly #results: Published[] = [];
  /** What consumers may hold, and what they do. */
  #credit = 0;
  #consumers = 0;
  readonly #confirms = new Confirms();
  readonly #due: Buffer[] = [];
  /** Deliveries that are not acknowledged, in order, and the consumer of each. */
  readonly #unacknowledged = new Map<number, string>();

  /** @throws ConnectionError, AmqpRefusal */
  static async open(settings: RabbitSettings, endpoint: Endpoint, options: FlowOptions): Promise<Flow> {
    const flow = new Flow(options, Math.max(STALLED, settings.timeout));
    flow.#connection = await RawConnection.open(settings, endpoint, options.vhost, flow);
    return flow;
  }

  private constructor(options: FlowOptions, stalledAfter: number) {
    this.#options = options;
    this.#stalledAfter = stalledAfter;
  }

  /** Messages that were published and have no answer yet. */
  get pending(): number {
    return this.#confirms.size;
  }

  /** The number of the next message that is published. */
  get nextNumber(): number {
    return this.#confirms.next;
  }

  /** The next message that came. */
  next(): Delivery | undefined {
    return this.#waiting.shift();
  }

  /** What became of messages since the last time. */
  results(): Published[] {
    return this.#results.splice(0);
  }

  /** Nothing is in flight, and nothing came for so many milliseconds. */
  isIdle(milliseconds: number): boolean {
    const isDone = this.#confirms.size === 0 && this.#waiting.length === 0;
    return isDone && Date.now() - this.#lastAt >= milliseconds;
  }

  /**
   * Lets so many messages come, besides those that are held. What is held takes up the room of its consumer; another one
   * follows only then, because a quorum queue deals its messages out among consumers, and gets them back in that order.
   * @param most messages that are to come at all
   * @throws ConnectionError, AmqpRefusal
   */
  async take(window: number, most: number): Promise<void> {
    const room = this.#credit - (this.#unacknowledged.size - this.#confirms.size - this.#waiting.length);
    const isEnough = room >= (this.#credit < most ? Math.min(SCARCE, window) : 1);
    if (this.cancelled || this.alarm !== undefined || isEnough) return;
    const prefetch = Math.min(MOST_PREFETCH, window);
    this.#credit += prefetch;
    const tag = `redrive-${++this.#consumers}`;
    const qos = methodFrame(CHANNEL, METHODS.qos, uint32(0), uint16(prefetch), NO_FLAGS);
    await this.#request(qos, METHODS.qosOk);
    const consume = [uint16(0), shortText(this.#options.queue), shortText(tag), NO_FLAGS, uint32(0)];
    await this.#request(methodFrame(CHANNEL, METHODS.consume, ...consume), METHODS.consumeOk);
  }

  /** Publishes a message that was delivered; it must be routed to a queue. */
  publish({ tag, body }: Delivery, exchange: string, key: string, header: Buffer): void {
    this.#confirms.add(tag);
    const to = [uint16(0), shortText(exchange), shortText(key), MANDATORY];
    this.#connection?.send(methodFrame(CHANNEL, METHODS.publish, ...to), header, ...body);
  }

  /**
   * Waits a moment.
   * @throws ConnectionError, AmqpRefusal what ended the connection
   */
  async wait(milliseconds = LOOK): Promise<void> {
    if (
      this.#confirms.size > 0 &&
      this.alarm === undefined &&
      Date.now() - this.#lastAt > this.#stalledAfter
    ) {
      this.destroy(new NoAnswer(`confirmed no message for ${this.#stalledAfter / 1000} s`));
    }
    this.#check();
    await sleep(milliseconds);
    this.#check();
  }

  /**
   * Gives back all that is held, in its order, and ends. On 4.3, basic.nack is the way that does not count as a delivery
   * (seen on 4.3.6; on 3.10.8 all do).
   * @throws ConnectionError, AmqpRefusal
   */
  async close(): Promise<void> {
    for (; this.#consumers > 0 && !this.cancelled; this.#consumers--) {
      const tag = shortText(`redrive-${this.#consumers}`);
      await this.#request(methodFrame(CHANNEL, METHODS.cancel, tag, NO_FLAGS), METHODS.cancelOk);
    }
    if (!this.cancelled) {
      await this.#flush();
      this.#giveBack();
      await this.#flush();
    }
    await this.#connection?.close();
  }

  /** Whatever was not acknowledged stays in the queue. */
  destroy(error?: Error): void {
    this.#connection?.destroy(error);
  }

  frame(frame: Frame): void {
    if (this.#failure || frame.kind === 'heartbeat') return;
    if (frame.kind !== 'method') {
      this.#content(frame);
      return;
    }
    const { method, args } = frame;
    const isMultiple = () => (args.readUInt8(8) & 1) === 1;
    if (method === METHODS.deliver) this.#deliver(args);
    else if (method === METHODS.return) this.#begin('return', 0);
    else if (method === METHODS.ack) this.#settle(Number(args.readBigUInt64BE(0)), isMultiple(), 'confirmed');
    else if (method === METHODS.nack) this.#settle(Number(args.readBigUInt64BE(0)), isMultiple(), 'rejected');
    else if (method === METHODS.cancel) this.cancelled = true;
  }

  chunkEnd(): void {
    if (this.#failure || this.#due.length === 0) return;
    this.#connection?.send(...this.#due.splice(0));
  }

  blocked(reason: string | undefined): void {
    this.alarm = reason;
    this.#lastAt = Date.now();
  }

  ended(error: Error): void {
    this.#failure ??= error;
  }

  #deliver(args: Buffer): void {
    const name = shortTextAt(args, 0);
    const tag = Number(args.readBigUInt64BE(1 + name.length));
    this.#unacknowledged.set(tag, name.toString('latin1'));
    this.#begin('delivery', tag);
  }

  #begin(kind: Incoming['kind'], tag: number): void {
    this.#incoming = { kind, tag, header: undefined, body: [], size: 0, left: 0 };
  }

  #content(frame: Extract<Frame, { kind: 'header' | 'body' }>): void {
    const message = this.#incoming;
    if (!message) return;
    if (frame.kind === 'header') {
      message.header = frame.bytes;
      message.size = frame.bodySize;
      message.left = frame.bodySize;
    } else {
      if (this.#options.publishes && message.kind === 'delivery') message.body.push(frame.bytes);
      message.left -= frame.size;
    }
    if (message.left > 0 || !message.header) return;
    this.#incoming = undefined;
    this.#lastAt = Date.now();
    const { kind, tag, header, body, size } = message;
    if (kind === 'return') {
      this.#returned(header);
      return;
    }
    this.#waiting.push({ tag, header, body, size });
  }

  /** The broker confirms a message that it returns as well, later. One without a mark is the only one of its kind. */
  #returned(header: Buffer): void {
    if (!this.#confirms.returned(numberOf(header, this.#options.run))) {
      this.destroy(new Error('the broker returned a message that was not published'));
    }
  }

  #settle(number: number, isMultiple: boolean, answer: 'confirmed' | 'rejected'): void {
    this.#lastAt = Date.now();
    for (const published of this.#confirms.settle(number, isMultiple, answer)) {
      this.#results.push(published);
      if (published.result !== 'confirmed') continue;
      this.#unacknowledged.delete(published.tag);
      this.#due.push(methodFrame(CHANNEL, METHODS.ack, uint64(published.tag), ONE));
    }
  }

  /** A quorum queue puts what a nack names back consumer by consumer: one for deliveries in a row to the same. */
  #giveBack(): void {
    const ends: number[] = [];
    let previous: string | undefined;
    for (const [tag, consumer] of this.#unacknowledged) {
      if (consumer === previous) ends.pop();
      ends.push(tag);
      previous = consumer;
    }
    this.#connection?.send(...ends.map((tag) => methodFrame(CHANNEL, METHODS.nack, uint64(tag), REQUEUE)));
  }

  #flush(): Promise<void> {
    return this.#told(this.#connection?.flush(this.#options.queue));
  }

  #request(frame: Buffer, answer: number): Promise<void> {
    return this.#told(this.#connection?.request(frame, answer));
  }

  /** @throws what ended the connection, where that is known better */
  async #told(work: Promise<unknown> | undefined): Promise<void> {
    try {
      await work;
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }
}
