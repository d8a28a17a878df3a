import type { MsgHdrs, NatsConnection, ServerInfo } from '@nats-io/transport-node';
import { answerLimit, type OwnSockets } from '../../../model/index.ts';
import { ConnectionLost, ResponseTimeout } from './refusals.ts';

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
  readonly #inFlight = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #connected = true;
  /** Why the client stopped reconnecting. */
  #closedBy: string | undefined;

  constructor(connection: NatsConnection, sockets: OwnSockets) {
    this.connection = connection;
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
    const end = Date.now() + timeout;
    if (!this.#connected) await this.#reconnected(timeout);
    return new Promise((resolve, reject) => {
      const lose = () => reject(new ConnectionLost(true));
      const settle = () => this.#inFlight.delete(lose);
      this.#inFlight.add(lose);
      const time = Math.max(1, end - Date.now());
      const options = headers ? { timeout: time, headers } : { timeout: time };
      this.connection.request(subject, payload, options).then(
        (message) => {
          settle();
          this.#sockets.restart();
          resolve(message.data);
        },
        (error: Error) => {
          settle();
          reject(error.name === 'TimeoutError' ? new ResponseTimeout(subject, timeout) : error);
        },
      );
    });
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
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect' || type === 'close') {
        this.#connected = false;
        for (const lose of this.#inFlight) lose();
        this.#inFlight.clear();
        this.onDisconnect?.();
      }
      if (type === 'reconnect') this.#connected = true;
      if (type === 'reconnect' || type === 'close') {
        for (const wake of this.#waiting) wake();
        this.#waiting.clear();
      }
    }
  }

  async #reconnected(timeout: number): Promise<void> {
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
