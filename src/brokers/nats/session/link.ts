import type { Msg, MsgHdrs, NatsConnection, ServerInfo, Subscription } from '@nats-io/transport-node';
import { answerLimit, type OwnSockets } from '../../../model/index.ts';
import { ConnectionLost, NoResponders, ResponseTimeout } from './refusals.ts';

interface Request {
  readonly subject: string;
  resolve(data: Uint8Array): void;
  reject(error: Error): void;
}

/**
 * Requests whose responses come over one subscription. The client library has the same, but makes two errors with their
 * stacks for each request, answered or not, which is a good part of the time that a listing of thousands takes.
 */
export class Inbox {
  readonly #connection: NatsConnection;
  /** Of the subjects of responses. */
  readonly #name: string;
  readonly #waiting = new Map<string, Request>();
  #subscription: Subscription | undefined;
  #sent = 0;

  /** @param name a random subject */
  constructor(connection: NatsConnection, name: string) {
    this.#connection = connection;
    this.#name = name;
  }

  /**
   * Sends one request and returns the bytes of the response.
   * @param timeout milliseconds
   * @throws ResponseTimeout, NoResponders, what {@link fail} is given, or the client's own error.
   */
  request(
    subject: string,
    payload: string | Uint8Array,
    timeout: number,
    headers?: MsgHdrs,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const reply = `${this.#name}.${++this.#sent}`;
      const timer = setTimeout(() => settled.reject(new ResponseTimeout(subject, timeout)), timeout);
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(reply);
      };
      const settled: Request = {
        subject,
        resolve(data) {
          end();
          resolve(data);
        },
        reject(error) {
          end();
          reject(error);
        },
      };
      this.#waiting.set(reply, settled);
      try {
        this.#subscribe();
        this.#connection.publish(subject, payload, headers ? { reply, headers } : { reply });
      } catch (error) {
        settled.reject(error as Error);
      }
    });
  }

  /** Rejects the requests in flight: all of them, or those of one subject. */
  fail(error: Error, subject?: string): void {
    for (const request of [...this.#waiting.values()]) {
      if (subject === undefined || request.subject === subject) request.reject(error);
    }
  }

  #subscribe(): void {
    this.#subscription ??= this.#connection.subscribe(`${this.#name}.*`, {
      callback: (error, message) => {
        if (!error) this.#receive(message);
        else {
          // The client library has ended the subscription: the user may not subscribe.
          this.#subscription = undefined;
          this.fail(new Error(error.message, { cause: error }));
        }
      },
    });
  }

  #receive(message: Msg): void {
    const request = this.#waiting.get(message.subject);
    const { data } = message;
    if (data.length === 0 && message.headers?.code === 503)
      request?.reject(new NoResponders(request.subject));
    else request?.resolve(data);
  }
}

/** Timeout for ending a connection or subscription, in milliseconds. */
const CLOSE_TIMEOUT = 1_000;

/**
 * A connection to a cluster: if its server stops, the client connects to another one. Requests in flight then fail
 * immediately instead of waiting for a lost response, and new requests wait for the new server.
 */
export class Link {
  readonly connection: NatsConnection;
  /** Called when the server is gone, even if the client connects to another one. */
  onDisconnect: (() => void) | undefined;
  readonly #sockets: OwnSockets;
  readonly #inbox: Inbox;
  readonly #waiting = new Set<() => void>();
  #connected = true;
  /** Why the client stopped reconnecting. */
  #closedBy: string | undefined;

  /** @param inbox a random subject for responses */
  constructor(connection: NatsConnection, sockets: OwnSockets, inbox: string) {
    this.connection = connection;
    this.#inbox = new Inbox(connection, inbox);
    this.#sockets = sockets;
    sockets.limit(answerLimit(), () => {
      this.#closedBy = 'the server sends without an end';
      void connection.close();
    });
    void this.#follow();
    void connection.closed().then((error) => {
      this.#closedBy ??= error?.message;
    });
  }

  /**
   * Sends one request and returns the bytes of the response.
   * @param timeout milliseconds
   * @throws ConnectionLost, ResponseTimeout, or the client's own error.
   */
  async request(
    subject: string,
    payload: string | Uint8Array,
    timeout: number,
    headers?: MsgHdrs,
  ): Promise<Uint8Array> {
    const left = this.#connected ? timeout : await this.#reconnected(timeout);
    const data = await this.#inbox.request(subject, payload, left, headers);
    this.#sockets.restart();
    return data;
  }

  /** Information about the connected server; its type in the client library lacks the JetStream domain. */
  get info(): (ServerInfo & { readonly domain?: string }) | undefined {
    return this.connection.info;
  }

  /** Waits until the server has processed all that was sent, or does not respond. */
  async flush(): Promise<void> {
    if (this.#connected) await inTime(this.connection.flush());
  }

  async close(): Promise<void> {
    await inTime(this.connection.close());
    this.#sockets.destroy();
  }

  async #follow(): Promise<void> {
    for await (const status of this.connection.status()) {
      const { type } = status;
      if (status.type === 'error') this.#deny(status.error);
      if (type === 'disconnect' || type === 'close') {
        this.#connected = false;
        this.#inbox.fail(new ConnectionLost(true));
        this.onDisconnect?.();
      }
      if (type === 'reconnect') this.#connected = true;
      if (type === 'reconnect' || type === 'close') {
        for (const wake of this.#waiting) wake();
        this.#waiting.clear();
      }
    }
  }

  /** The server says that the user may not publish, not to which request. */
  #deny(error: Error): void {
    if (!('operation' in error && error.operation === 'publish' && 'subject' in error)) return;
    this.#inbox.fail(new Error(error.message, { cause: error }), String(error.subject));
  }

  /** @returns milliseconds that are left of the timeout */
  async #reconnected(timeout: number): Promise<number> {
    const end = Date.now() + timeout;
    if (!this.connection.isClosed()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, timeout);
        const waiting = this.#waiting;
        function done() {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
        waiting.add(done);
      });
    }
    if (!this.#connected) throw new ConnectionLost(false, this.#closedBy);
    return Math.max(1, end - Date.now());
  }
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_TIMEOUT);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
