import type { Certificates } from '../certificates.ts';

/** `old` is 2.9, the version in Debian bookworm; `middle` is 2.10, in trixie; `current` is 2.15, in sid. */
export type NatsLine = 'old' | 'middle' | 'current';

export interface NatsOptions {
  /** One server unless said otherwise. */
  servers?: 1 | 3;
  /**
   * `server`: the servers show a certificate; `mutual`: they ask clients for theirs as well; `first`: TLS begins
   * before the server says anything, from 2.10 on.
   */
  tls?: 'server' | 'mutual' | 'first';
  /** How clients say who they are; nobody is asked unless said otherwise. */
  auth?: 'token' | 'password' | 'nkey' | 'operator';
  /** On unless said otherwise. */
  jetstream?: boolean;
  domain?: string;
  /** Of JetStream in the clients' account. */
  limits?: NatsLimits;
  /** `jetstream { limits { … } }` of the servers, which no account is told: `duplicate_window: "1m"`. */
  serverLimits?: Record<string, string | number>;
  /** Further users of the clients' account; the password is the name. Not with `token` or `operator`. */
  users?: Record<string, NatsPermissions>;
}

/** Bytes, and counts. */
export interface NatsLimits {
  memory?: number;
  storage?: number;
  streams?: number;
  consumers?: number;
}

/** Subjects, with wildcards, that a user may not publish or subscribe to, or the only ones that it may. */
export interface NatsPermissions {
  allowPublish?: string[];
  allowSubscribe?: string[];
  denyPublish?: string[];
  denySubscribe?: string[];
}

/** What a client of the account needs; with no `auth` all is absent. */
export interface NatsCredentials {
  token?: string;
  user?: string;
  password?: string;
  /** An nkey seed, `SU…`. */
  seed?: string;
  /** Path of a credentials file. */
  creds?: string;
}

export interface LocalNatsServer {
  readonly name: string;
  /** `nats://127.0.0.1:PORT` */
  readonly url: string;
  /** `http://127.0.0.1:PORT` */
  readonly monitoring: string;
  /** Kills the server as a power cut would; what it wrote stays. */
  kill(): Promise<void>;
  /** Stops the server and keeps what it wrote. */
  halt(): Promise<void>;
  /** Starts the server again after `kill` or `halt`, on the same ports and data. */
  start(): Promise<void>;
}

export interface LocalNats {
  readonly line: NatsLine;
  readonly version: string;
  /** The first server's. */
  readonly url: string;
  readonly servers: readonly LocalNatsServer[];
  readonly credentials: NatsCredentials;
  /** Of the system account, where there is one with a password. */
  readonly system?: { user: string; password: string };
  readonly tls?: Certificates;
  /** Holds everything that the servers write, their logs included. */
  readonly folder: string;
  /** Stops the servers and removes their folder. */
  stop(): Promise<void>;
}
