import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { createConnection, type Socket } from 'node:net';

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

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The port that was to be a broker's is a web server's. */
export class HttpPeer extends Error {
  override readonly name = 'HttpPeer';
  readonly at: string;
  constructor({ host, port }: Endpoint) {
    super(`${host}:${port} answers HTTP`);
    this.at = `${host}:${port}`;
  }
}

/** Milliseconds: a broker greets much earlier, unless it is overloaded. */
const SILENCE = 1_500;

/** Milliseconds that a web server may take to answer. */
const PATIENCE = 1_000;

/**
 * Connects. A web server would keep silent until the timeout, waiting for a request: so where the other end keeps
 * silent for a while, it is asked for a page.
 * @throws HttpPeer when it answers; else what `connect` throws
 */
export async function unlessHttp<T>(endpoints: readonly Endpoint[], connect: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const work = connect();
  const refusal = new Promise<never>((_, reject) => {
    timer = setTimeout(async () => {
      const isHttp = await Promise.all(endpoints.map(speaksHttp));
      const web = endpoints.find((_, index) => isHttp[index]);
      if (web && isHttp.every(Boolean)) reject(new HttpPeer(web));
    }, SILENCE);
  });
  work.catch(() => {});
  return Promise.race([work, refusal]).finally(() => clearTimeout(timer));
}

function speaksHttp({ host, port }: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (isHttp: boolean) => {
      socket.destroy();
      resolve(isHttp);
    };
    socket.setTimeout(PATIENCE, () => end(false));
    socket.once('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.once('data', (data) => end(data.subarray(0, 5).toString('latin1') === 'HTTP/'));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
