/** `old` is 3.10, the version in Debian bookworm; `current` is the one in Debian sid, 4.3 or newer. */
export type RabbitLine = 'old' | 'current';

export interface RabbitOptions {
  /** Also listen for amqps and https, for clients that have a certificate. */
  tls?: boolean;
  /** On unless said otherwise. */
  managementPlugin?: boolean;
  /** Such as `rabbitmq_shovel`. */
  extraPlugins?: string[];
  /**
   * Quorum queues and streams report their message counts every second instead of every 5 s. (The counts
   * of classic queues are fresh in any case if read with `disable_stats` and `enable_queue_totals`, and
   * `collect_statistics_interval` makes none of the detailed statistics come sooner than every 5 s.)
   * Not for benchmarks: with many queues it costs time.
   */
  quickCounts?: boolean;
  /** Further variables of the server, such as RABBITMQ_DEFAULT_USER. */
  environment?: Readonly<Record<string, string>>;
}

export interface RabbitTls {
  /** Also amqps; guest's name and password are in it. */
  url: string;
  management: string;
  /** Paths of PEM files: the authority that signed the broker's certificate, and a client's own. */
  ca: string;
  cert: string;
  key: string;
}

export interface LocalRabbit {
  readonly line: RabbitLine;
  readonly version: string;
  /** `amqp://guest:guest@127.0.0.1:PORT` */
  readonly url: string;
  /** `http://127.0.0.1:PORT`, for guest with the password guest. */
  readonly management: string;
  readonly tls?: RabbitTls;
  /** Holds everything that the broker writes, its `rabbitmq.log` included; empty for a given broker. */
  readonly folder: string;
  /** Stops the broker and removes its folder. */
  stop(): Promise<void>;
  /** Kills the broker as a power cut would; what it wrote stays. */
  kill(): Promise<void>;
  /** Stops the broker and keeps what it wrote. */
  halt(): Promise<void>;
  /** Starts the broker again after `kill` or `halt`, on the same ports and data. */
  start(): Promise<void>;
  /** Runs rabbitmqctl against this broker and gives what it printed. */
  ctl(...args: string[]): Promise<string>;
}
