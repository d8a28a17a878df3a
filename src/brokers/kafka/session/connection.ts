import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Logger, Mechanism, SASLOptions } from 'kafkajs';
import { type Api, decodeResponse, encodeRequest } from './protocol/codec.ts';
import type { KafkaSettings, Sasl } from './settings.ts';

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

type Provided = Extract<SaslLogin, { authenticationProvider: unknown }>;
type SaslLogin = NonNullable<ConstructorParameters<typeof import('kafkajs').Kafka>[0]['sasl']>;

/** The broker did not like the token. */
class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

type TokenSettings = Pick<KafkaSettings, 'timeout' | 'learn' | 'directory'>;

/** How kafkajs is to log in. */
export function saslLogin(sasl: Sasl, settings: TokenSettings): SaslLogin {
  if (sasl.mechanism === 'OAUTHBEARER') return bearer(sasl.token, settings);
  const { username, password } = sasl;
  return { mechanism: sasl.mechanism.toLowerCase(), username, password } as SASLOptions;
}

/**
 * OAUTHBEARER by our own hand: kafkajs 2.2.4 does not look at the broker's answer. A broker that refuses a token
 * says so in an answer that is no error yet, and takes our next request for the end of the login (RFC 7628, 3.2.3).
 */
function bearer(from: string | readonly string[], settings: TokenSettings): Provided {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const token = await fetchToken(from, settings);
        settings.learn?.(token);
        const message = Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`);
        const length = Buffer.alloc(4);
        length.writeInt32BE(message.length);
        const response = await saslAuthenticate<Buffer>({
          request: { encode: async () => Buffer.concat([length, message]) },
          response: { decode: (bytes) => bytes, parse: (bytes) => bytes },
        });
        if (response && response.readInt32BE(0) > 0) throw new TokenRefused(response.toString('utf8', 4));
      },
    }),
  };
}

/** The command that was to print a token did not. Its output is not quoted: it may hold a secret. */
class TokenCommandFailed extends Error {
  override readonly name = 'TokenCommandFailed';
}

/** A token for OAUTHBEARER: as configured, or what the command prints, without the white space around it. */
function fetchToken(
  token: string | readonly string[],
  { timeout, directory: cwd }: TokenSettings,
): Promise<string> {
  if (typeof token === 'string') return Promise.resolve(token);
  const [command = '', ...args] = token;
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, timeout, maxBuffer: 1024 * 1024 }, (error, stdout) => {
      const refuse = (why: string) => reject(new TokenCommandFailed(`the token command "${command}" ${why}`));
      if (error?.killed) return refuse(`did not end within ${timeout} ms`);
      if (error?.code === 'ENOENT') return refuse('was not found');
      if (error) return refuse(`failed (${error.code ?? error.signal})`);
      const printed = stdout.trim();
      if (printed === '') return refuse('printed nothing');
      resolve(printed);
    });
  });
}
