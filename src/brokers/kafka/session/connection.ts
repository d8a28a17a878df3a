import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Logger, Mechanism, SASLOptions } from 'kafkajs';
import { type Api, decodeResponse, encodeRequest } from './protocol/codec.ts';

const require = createRequire(import.meta.url);

/*
 * All that is used of kafkajs 2.2.4, pinned, beyond its documentation. It has no public way to send a request of one's
 * own, so its connection is taken as it is: framing, time limits, SASL logins. What else is used is public:
 * the types of its options, authentication providers, and the names of its errors.
 */

/** The private module, and what its class and the queue of an instance must have; a test looks whether they do. */
export const PRIVATE = {
  module: 'kafkajs/src/network/connection.js',
  methods: [
    ...['connect', 'disconnect', 'isConnected', 'setVersions', 'setSupportAuthenticationProtocol'],
    ...['authenticate', 'send', 'rejectRequests'],
  ],
  queueMethods: ['scheduleCheckPendingRequests'],
} as const;

/** Errors of kafkajs by their names, which are public, as those of its private modules are of other classes. */
export const ERRORS = {
  closed: 'KafkaJSConnectionClosedError',
  late: 'KafkaJSRequestTimeoutError',
  login: 'KafkaJSSASLAuthenticationError',
} as const;

export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly socketFactory: (options: { onConnect: () => void }) => Socket;
  readonly ssl: ConnectionOptions | null;
  readonly sasl: SASLOptions | Mechanism | null;
  /** Milliseconds. */
  readonly requestTimeout: number;
  readonly connectionTimeout: number;
}

interface Private {
  readonly requestQueue: { scheduleCheckPendingRequests: () => void };
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
  isConnected(): boolean;
  setVersions(versions: Record<number, { minVersion: number; maxVersion: number }>): void;
  setSupportAuthenticationProtocol(supported: boolean): void;
  authenticate(): Promise<void>;
  send<A>(message: {
    request: {
      readonly apiKey: number;
      readonly apiName: string;
      readonly apiVersion: number;
      encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
    };
    response: { decode(payload: Buffer): Promise<A>; parse(response: A): Promise<A> };
    logResponseError: boolean;
  }): Promise<A>;
  rejectRequests(error: Error): void;
}

type PrivateClass = new (settings: ConnectionSettings & { readonly logger: Logger }) => Private;

const silent: Logger = {
  namespace: () => silent,
  setLogLevel: () => {},
  info: () => {},
  error: () => {},
  warn: () => {},
  debug: () => {},
};

/** One connection to one broker. */
export class Connection {
  readonly #private: Private;

  constructor(settings: ConnectionSettings) {
    // Said here once more, for the bundler.
    const PrivateConnection = require('kafkajs/src/network/connection.js') as PrivateClass;
    this.#private = new PrivateConnection({ ...settings, logger: silent });
    // We hold nothing back, so nothing ever waits in that queue; on Node 24 its timer of less than 0 ms is a warning.
    this.#private.requestQueue.scheduleCheckPendingRequests = () => {};
  }

  get isOpen(): boolean {
    return this.#private.isConnected();
  }

  async open(): Promise<void> {
    await this.#private.connect();
  }

  /** Logs in by SASL. @param ranges of versions that the broker offers */
  async login(
    ranges: readonly { readonly key: number; readonly min: number; readonly max: number }[],
  ): Promise<void> {
    const versions = ranges.map(({ key, min, max }) => [key, { minVersion: min, maxVersion: max }]);
    this.#private.setVersions(Object.fromEntries(versions));
    this.#private.setSupportAuthenticationProtocol(true);
    await this.#private.authenticate();
  }

  send<Q, A>(api: Api<Q, A>, request: Q): Promise<A> {
    return this.#private.send({
      request: {
        apiKey: api.key,
        apiName: api.name,
        apiVersion: api.version,
        encode: async () => {
          const buffer = encodeRequest(api, request);
          return { buf: buffer, buffer };
        },
      },
      response: {
        decode: async (payload) => decodeResponse(api, payload),
        parse: async (response) => response,
      },
      logResponseError: false,
    });
  }

  /** Rejects pending requests at once. */
  close(): void {
    this.#private.rejectRequests(new Error('closed by us'));
    this.#private.disconnect().catch(() => {});
  }
}
