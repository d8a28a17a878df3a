import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { answerLimit, OversizedAnswer } from '../../../model/index.ts';
import { Connection, saslLogin } from './connection.ts';
import { connectionError, foreignProtocol, type Phase } from './connection-errors.ts';
import { MalformedResponse } from './protocol/bytes.ts';
import { ApiVersions, type ApiVersionsResponse, isOffered } from './protocol/cluster.ts';
import type { AnyApi, Api } from './protocol/codec.ts';
import type { Endpoint, KafkaSettings } from './settings.ts';

const CLIENT = 'brokerform';
/** How long a broker may take to accept a connection; milliseconds. */
const CONNECT_TIMEOUT = 10_000;
/** How often a muted connection is looked at, whether it is still open; milliseconds. */
const MUTED_POLL = 500;

/** A connection to one broker that is open and logged in, and what that broker offers. */
export class Link {
  readonly endpoint: Endpoint;
  readonly offered: ApiVersionsResponse;
  readonly #connection: Connection;
  readonly #settings: KafkaSettings;
  readonly #onRequest: (api: AnyApi) => void;
  /** Until then the broker reads nothing that comes over this connection; milliseconds since 1970. */
  #mutedUntil = 0;

  private constructor(
    settings: KafkaSettings,
    endpoint: Endpoint,
    connection: Connection,
    offered: ApiVersionsResponse,
    onRequest: (api: AnyApi) => void,
  ) {
    this.#settings = settings;
    this.endpoint = endpoint;
    this.#connection = connection;
    this.offered = offered;
    this.#onRequest = onRequest;
  }

  /** @throws LostConnection */
  static async open(
    settings: KafkaSettings,
    endpoint: Endpoint,
    onRequest: (api: AnyApi) => void,
  ): Promise<Link> {
    let foreign: 'TLS' | 'HTTP' | undefined;
    const connection = new Connection({
      ...endpoint,
      clientId: CLIENT,
      socketFactory: ({ onConnect }) =>
        openSocket(settings, endpoint, onConnect, (protocol) => {
          foreign = protocol;
        }),
      ssl: settings.tls ?? null,
      sasl: settings.sasl ? saslLogin(settings.sasl, settings) : null,
      requestTimeout: settings.timeout,
      connectionTimeout: Math.min(CONNECT_TIMEOUT, settings.timeout),
    });
    let phase: Phase = 'connect';
    try {
      await connection.open();
      phase = 'greet';
      onRequest(ApiVersions);
      const offered = await connection.send(ApiVersions, { client: CLIENT, version: '1' });
      phase = 'login';
      if (settings.sasl) await connection.login(offered.ranges);
      return new Link(settings, endpoint, connection, offered, onRequest);
    } catch (cause) {
      connection.close();
      throw connectionError(settings, endpoint, phase, cause, foreign);
    }
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  offers(api: AnyApi): boolean {
    return isOffered(this.offered, api);
  }

  /**
   * Waits for the end of the broker's throttle first: a request sent earlier stays unread and would time out.
   * @throws LostConnection
   */
  async request<Q, A>(api: Api<Q, A>, request: Q, phase: Phase = 'request'): Promise<A> {
    await this.#untilUnmuted();
    this.#onRequest(api);
    try {
      const response = await this.#connection.send(api, request);
      this.#mutedUntil = Math.max(this.#mutedUntil, Date.now() + throttleOf(response));
      return response;
    } catch (cause) {
      if (cause instanceof RangeError && !(cause instanceof MalformedResponse)) throw cause;
      throw connectionError(this.#settings, this.endpoint, phase, cause);
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #untilUnmuted(): Promise<void> {
    while (Date.now() < this.#mutedUntil) {
      // The open connection keeps the process alive, and the wait does not once it is closed.
      await sleep(Math.min(this.#mutedUntil - Date.now(), MUTED_POLL), undefined, { ref: false });
      if (!this.isOpen) {
        throw connectionError(this.#settings, this.endpoint, 'connect', new Error('closed while throttled'));
      }
    }
  }
}

/** Milliseconds for which the broker mutes the connection, from its response (KIP-219). */
function throttleOf(response: unknown): number {
  const { throttle } = (response ?? {}) as { readonly throttle?: unknown };
  return typeof throttle === 'number' && throttle > 0 ? throttle : 0;
}

function openSocket(
  settings: KafkaSettings,
  { host, port }: Endpoint,
  onConnect: () => void,
  onForeign: (protocol: 'TLS' | 'HTTP') => void,
): Socket {
  if (settings.tls) {
    const name = isIP(host) === 0 ? { servername: host } : {};
    return bounded(connectTls({ host, port, ...name, ...settings.tls }, onConnect));
  }
  const socket = bounded(connectPlain({ host, port }, onConnect));
  socket.once('data', (first: Buffer) => {
    const protocol = foreignProtocol(first);
    if (!protocol) return;
    onForeign(protocol);
    socket.destroy(new Error(`answered in ${protocol}`));
  });
  return socket;
}

/** Ends a connection whose other end announces an answer that is too large: the client would collect it whole. */
function bounded(socket: Socket): Socket {
  const head = Buffer.alloc(4);
  let read = 0;
  let left = 0;
  socket.on('data', (data: Buffer) => {
    for (let at = 0; at < data.length; ) {
      if (left > 0) {
        const taken = Math.min(left, data.length - at);
        left -= taken;
        at += taken;
        continue;
      }
      head[read++] = data[at++] ?? 0;
      if (read < head.length) continue;
      read = 0;
      left = head.readInt32BE();
      if (left < 0 || left > answerLimit()) {
        socket.destroy(new OversizedAnswer('announced an answer of an impossible length'));
        return;
      }
    }
  });
  return socket;
}
