import type { NatsConnection, ServerInfo } from '@nats-io/transport-node';
import { answerLimit, type OwnSockets } from '../../../model/index.ts';
import { LostConnection, NoAnswer } from './refusals.ts';

/** Milliseconds that a polite end of the connection may take. */
const GOODBYE = 1_000;

/**
 * One connection that follows its cluster: when its server goes, the client finds another one. Requests that were in
 * flight then fail at once instead of waiting for an answer that cannot come, and new ones wait for the new server.
 */
export class Link {
  readonly connection: NatsConnection;
  readonly #sockets: OwnSockets;
  readonly #inFlight = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #connected = true;
  /** Why the client gave up for good. */
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
   * Sends one request and gives the answer's bytes.
   * @param timeout milliseconds
   * @throws LostConnection, NoAnswer, or the client's own error.
   */
  async request(subject: string, payload: string, timeout: number): Promise<Uint8Array> {
    const end = Date.now() + timeout;
    if (!this.#connected) await this.#reconnected(timeout);
    return new Promise((resolve, reject) => {
      const lose = () => reject(new LostConnection(true));
      const settle = () => this.#inFlight.delete(lose);
      this.#inFlight.add(lose);
      this.connection.request(subject, payload, { timeout: Math.max(1, end - Date.now()) }).then(
        (message) => {
          settle();
          this.#sockets.restart();
          resolve(message.data);
        },
        (error: Error) => {
          settle();
          reject(error.name === 'TimeoutError' ? new NoAnswer(subject, timeout) : error);
        },
      );
    });
  }

  /** What the connected server says of itself; its type in the client lacks the JetStream domain. */
  get info(): (ServerInfo & { readonly domain?: string }) | undefined {
    return this.connection.info;
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GOODBYE);
    });
    await Promise.race([this.connection.close().catch(() => {}), late]);
    clearTimeout(timer);
    this.#sockets.destroy();
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect' || type === 'close') {
        this.#connected = false;
        for (const lose of this.#inFlight) lose();
        this.#inFlight.clear();
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
    if (!this.#connected) throw new LostConnection(false, this.#closedBy);
  }
}
