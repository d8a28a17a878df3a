/** `old` is the last version of a 3.x line that many still run; `current` is 4.x. */
export type KafkaLine = 'old' | 'current';

export interface KafkaOptions {
  /** Three unless said otherwise, each in a rack of its own: `r1`, `r2`, `r3`. */
  brokers?: number;
  /** How many of the brokers are controllers as well: all, unless said otherwise. */
  controllers?: number;
  /** MiB that each may use for objects, 400 unless said otherwise. */
  heap?: number;
  /** Also listen for SASL without TLS: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER (unsecured tokens). */
  sasl?: boolean;
  /** Also listen for TLS, for clients that have a certificate. */
  tls?: boolean;
  /** Ask ACLs. Who comes by the plain listener, and the SASL user `admin`, may do everything. */
  authorizer?: boolean;
  /** Further lines of server.properties: `delete.topic.enable=false`. */
  properties?: readonly string[];
}

interface KafkaSasl {
  /** `127.0.0.1:PORT`, one a broker. */
  readonly bootstrap: readonly string[];
  /** Passwords of the PLAIN users, by name: `admin`, and `alice`, who has no rights of her own. */
  readonly users: Readonly<Record<'admin' | 'alice', string>>;
}

interface KafkaTls {
  /** `localhost:PORT`, one a broker. */
  readonly bootstrap: readonly string[];
  /** Paths of PEM files: the authority that signed the brokers' certificate, and a client's own. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Whom ACLs see when that client comes. */
  readonly principal: string;
}

export interface LocalKafkaBroker {
  /** From 1. */
  readonly id: number;
  readonly rack: string;
  /** `127.0.0.1:PORT`, without encryption or login. */
  readonly address: string;
  /** Kills the broker as a power cut would; what it wrote stays. */
  kill(): Promise<void>;
  /** Stops the broker and keeps what it wrote. */
  halt(): Promise<void>;
  /** Starts the broker again after `kill` or `halt`, on the same ports and data, and waits until it is back. */
  start(): Promise<void>;
}

export interface LocalKafka {
  readonly line: KafkaLine;
  readonly version: string;
  /** The addresses of all brokers, for clients without encryption or login. */
  readonly bootstrap: readonly string[];
  readonly sasl?: KafkaSasl;
  readonly tls?: KafkaTls;
  /** Empty for a given cluster. */
  readonly brokers: readonly LocalKafkaBroker[];
  /** Holds everything that the brokers write, a `kafka-1.log` and so on included; empty for a given cluster. */
  readonly folder: string;
  /** Stops all brokers and removes the folder. */
  stop(): Promise<void>;
}
