import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  AmqpRefusal,
  BrokenConnection,
  BrokerFault,
  describeAmqpFault,
  describeFault,
  NoAnswer,
} from '../connection-errors.ts';
import type { Endpoint, RabbitSettings } from '../settings.ts';
import {
  type Frame,
  FrameReader,
  HEARTBEAT_FRAME,
  longText,
  METHODS,
  methodFrame,
  shortText,
  shortTextAt,
  tableBytes,
  uint16,
  uint32,
} from './frames.ts';

/** The one channel of a connection. */
export const CHANNEL = 1;
const PASSIVE = Buffer.from([1]);

/** Seconds: a broker notices within twice this that we are gone, and requeues what we hold. */
const HEARTBEAT = 10;

/** Bytes; what brokers offer by default. */
const FRAME_SIZE = 131_072;

/** By these codes a broker closes a connection when it stops, and not because of a request. */
const STOPPED: ReadonlySet<number> = new Set([200, 320]);
const INTERNAL_ERROR = 541;

const CLIENT = tableBytes({
  product: 'brokerform',
  connection_name: 'brokerform',
  capabilities: {
    publisher_confirms: true,
    consumer_cancel_notify: true,
    'basic.nack': true,
    'connection.blocked': true,
    authentication_failure_close: true,
  },
});

export interface Listener {
  /** A frame of the channel that no request waits for. */
  frame(frame: Frame): void;
  /** All frames of what came in at once have been told. */
  chunkEnd(): void;
  /** The broker stops reading from this connection, as memory or disk run out; undefined once it goes on. */
  blocked(reason: string | undefined): void;
  /** Nothing comes any more. */
  ended(error: Error): void;
}

/**
 * An AMQP connection with one channel, for messages whose bytes must stay as they are. It lives as long as the broker
 * sends at least heartbeats.
 */
export class RawConnection {
  readonly #socket: Socket;
  readonly #listener: Listener;
  readonly #wrap: (error: unknown) => Error;
  readonly #reader = new FrameReader(FRAME_SIZE);
  #timer: NodeJS.Timeout | undefined;
  #heardAt = Date.now();
  #sent = false;
  #waiting: { method: number; resolve: (args: Buffer) => void; reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;
  #blocked = false;
  readonly #timeout: number;

  /**
   * Connects, and opens the channel with publisher confirms.
   * @throws ConnectionError, AmqpRefusal
   */
  static async open(
    settings: RabbitSettings,
    endpoint: Endpoint,
    vhost: string,
    listener: Listener,
  ): Promise<RawConnection> {
    const connection = new RawConnection(settings, endpoint, listener);
    const { timeout } = settings;
    const late = () => connection.#end(new NoAnswer(`did not answer within ${timeout} ms`));
    const timer = setTimeout(late, timeout);
    try {
      await connection.#shakeHands(endpoint, vhost);
      return connection;
    } catch (error) {
      connection.destroy();
      if (error instanceof AmqpRefusal) throw error;
      throw await describeAmqpFault(settings, endpoint, vhost, (error as Error).cause ?? error);
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(settings: RabbitSettings, endpoint: Endpoint, listener: Listener) {
    const { host, port, tls } = endpoint;
    this.#listener = listener;
    this.#timeout = settings.timeout;
    this.#wrap = (error) =>
      error instanceof AmqpRefusal ? error : describeFault(settings.broker, 'url', endpoint, error, true);
    this.#socket = tls ? connectTls({ host, port, ...settings.tls }) : createConnection({ host, port });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('Unexpected close')));
    this.#socket.on('data', (chunk) => this.#receive(chunk));
  }

  /** Sends frames. Nothing happens once the connection has ended, which the listener has been told. */
  send(...frames: readonly Buffer[]): void {
    if (this.#failure) return;
    this.#sent = true;
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    process.nextTick(() => this.#socket.uncork());
  }

  /**
   * Sends a method and waits for the broker's answer to it; one at a time.
   * @throws ConnectionError, AmqpRefusal
   */
  async request(frame: Buffer, answer: number): Promise<Buffer> {
    const answered = this.#wait(answer);
    this.send(frame);
    // A broker that takes no messages does not read requests either.
    const late = () => !this.#blocked && this.#end(new NoAnswer(`did not answer within ${this.#timeout} ms`));
    const timer = setInterval(late, this.#timeout);
    try {
      return await answered;
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Waits until a queue has the acknowledgements that were sent to it. A channel that has sent a quorum queue many of them
   * keeps further ones to itself until those are applied, and loses them when it ends: their messages would be in the
   * queue again (seen on 3.10.8 and 4.3.6). Requests that the queue answers flush them.
   * @throws ConnectionError, AmqpRefusal
   */
  async flush(queue: string): Promise<void> {
    const passive = methodFrame(
      CHANNEL,
      METHODS.queueDeclare,
      uint16(0),
      shortText(queue),
      PASSIVE,
      uint32(0),
    );
    for (let round = 0; round < 2; round++) await this.request(passive, METHODS.queueDeclareOk);
  }

  /** Says goodbye, and waits for the broker to have taken note, but not long. */
  async close(): Promise<void> {
    if (this.#failure) return;
    const goodbye = methodFrame(0, METHODS.connectionClose, uint16(200), shortText(''), uint32(0));
    const timer = setTimeout(() => this.destroy(), 1000);
    await this.request(goodbye, METHODS.connectionCloseOk).catch(() => {});
    clearTimeout(timer);
    this.destroy();
  }

  /** The broker requeues what was not acknowledged. */
  destroy(error: Error = new NoAnswer('was not waited for any longer')): void {
    this.#end(error);
  }

  async #shakeHands({ username, password }: Endpoint, vhost: string): Promise<void> {
    // Written once there is a socket to write to.
    const greeting = Buffer.from([...Buffer.from('AMQP'), 0, 0, 9, 1]);
    this.#socket.write(greeting);
    await this.#wait(METHODS.connectionStart);
    const login = longText(`\0${username}\0${password}`);
    const startOk = [CLIENT, shortText('PLAIN'), login, shortText('en_US')];
    const tune = await this.request(
      methodFrame(0, METHODS.connectionStartOk, ...startOk),
      METHODS.connectionTune,
    );
    const frameSize = agreed(tune.readUInt32BE(2), FRAME_SIZE);
    const heartbeat = agreed(tune.readUInt16BE(6), HEARTBEAT);
    this.send(methodFrame(0, METHODS.connectionTuneOk, uint16(1), uint32(frameSize), uint16(heartbeat)));
    const open = methodFrame(0, METHODS.connectionOpen, shortText(vhost), shortText(''), Buffer.from([0]));
    await this.request(open, METHODS.connectionOpenOk);
    await this.request(methodFrame(CHANNEL, METHODS.channelOpen, shortText('')), METHODS.channelOpenOk);
    const confirms = methodFrame(CHANNEL, METHODS.confirmSelect, Buffer.from([0]));
    await this.request(confirms, METHODS.confirmSelectOk);
    this.#timer = setInterval(() => this.#beat(heartbeat), (heartbeat * 1000) / 2);
  }

  #beat(seconds: number): void {
    if (Date.now() - this.#heardAt > 2 * seconds * 1000) {
      this.#end(new NoAnswer(`sent nothing for ${2 * seconds} s`));
      return;
    }
    if (!this.#sent) this.send(HEARTBEAT_FRAME);
    this.#sent = false;
  }

  #wait(method: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#waiting = { method, resolve, reject };
    });
  }

  #receive(chunk: Buffer): void {
    this.#heardAt = Date.now();
    try {
      for (const frame of this.#reader.read(chunk)) {
        if (this.#failure) return;
        this.#accept(frame);
      }
      this.#listener.chunkEnd();
    } catch (error) {
      const rawPacket = chunk.subarray(0, 8);
      this.#end(Object.assign(error instanceof Error ? error : new Error(String(error)), { rawPacket }));
    }
  }

  #accept(frame: Frame): void {
    if (frame.kind !== 'method') {
      if (frame.kind !== 'heartbeat') this.#listener.frame(frame);
      return;
    }
    const { method, args } = frame;
    if (this.#waiting?.method === method) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve(args);
    } else if (method === METHODS.connectionBlocked || method === METHODS.connectionUnblocked) {
      this.#blocked = method === METHODS.connectionBlocked;
      this.#listener.blocked(this.#blocked ? shortTextAt(args, 0).toString() : undefined);
    } else if (method === METHODS.connectionClose || method === METHODS.channelClose) {
      this.#end(closing(method, args));
    } else this.#listener.frame(frame);
  }

  #end(cause: Error): void {
    if (this.#failure) return;
    const error = this.#wrap(cause);
    this.#failure = error;
    clearInterval(this.#timer);
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#socket.destroy();
    this.#listener.ended(error);
  }
}

/** The smaller of two limits, where 0 means none. */
function agreed(offered: number, wanted: number): number {
  return offered === 0 ? wanted : Math.min(offered, wanted);
}

/** Why the broker closes a channel or a connection, in its own words. */
function closing(method: number, args: Buffer): Error {
  const code = args.readUInt16BE(0);
  const words = shortTextAt(args, 2).toString();
  if (STOPPED.has(code)) return new Error(words);
  if (code === INTERNAL_ERROR) return new BrokerFault(words);
  const Refusal = method === METHODS.channelClose ? AmqpRefusal : BrokenConnection;
  return new Refusal(String(code), words.replace(/^[A-Z_]+ - /, ''));
}
