import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const owner = new AsyncLocalStorage<OwnSockets>();
let isSubscribed = false;

/** Milliseconds between two looks at how much has come in. */
const LOOK = 50;

/**
 * The plain TCP sockets that a client library opens while it works for us. Some libraries forget a socket whose other
 * end keeps silent, or collect without an end what it sends: here both come to an end.
 */
export class OwnSockets {
  readonly #open = new Set<Socket>();
  #start = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Runs work; the sockets that it opens, now or later, are ours. */
  run<T>(work: () => T): T {
    if (!isSubscribed) {
      isSubscribed = true;
      subscribe('net.client.socket', (message) => {
        owner.getStore()?.add((message as { socket: Socket }).socket);
      });
    }
    return owner.run(this, work);
  }

  /** From now on, more than this many bytes without a {@link restart} destroy the sockets. */
  limit(bytes: number, onExceeded: () => void): void {
    clearInterval(this.#timer);
    this.restart();
    this.#timer = setInterval(() => {
      if (this.#received() - this.#start <= bytes) return;
      onExceeded();
      this.destroy();
    }, LOOK);
    this.#timer.unref();
  }

  /** Bytes are counted anew. */
  restart(): void {
    this.#start = this.#received();
  }

  destroy(): void {
    clearInterval(this.#timer);
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
  }

  /** Takes a socket over. */
  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }

  #received(): number {
    let bytes = 0;
    for (const socket of this.#open) bytes += socket.bytesRead;
    return bytes;
  }
}
