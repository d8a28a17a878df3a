import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerError, ConnectionError } from '../../../model/index.ts';
import { LostConnection } from './connection-errors.ts';
import { Link } from './link.ts';
import { type ApiVersionsResponse, isOffered, Metadata, type TopicMetadata } from './protocol/cluster.ts';
import type { AnyApi, Api } from './protocol/codec.ts';
import type { Endpoint, KafkaSettings } from './settings.ts';

interface BrokerNode extends Endpoint {
  readonly id: number;
  readonly rack: string | null;
}

/**
 * The broker that must answer. `home`: the one that all reads go to, so that what was once seen there stays seen.
 * `controller`: the one that makes changes; with KRaft every broker passes them on.
 */
type Target = 'home' | 'controller' | number;

/** Milliseconds before the second, third … attempt, before jitter. */
const PAUSES = [100, 300, 900];

/** Connections to the brokers of one cluster, made when they are needed. */
export class Cluster {
  readonly settings: KafkaSettings;
  readonly #onRequest: (api: AnyApi) => void;
  readonly #links = new Map<string, Promise<Link>>();
  readonly #avoided = new Set<string>();
  #home: Endpoint | undefined;
  #id = '';
  #controller = -1;
  #brokers: readonly BrokerNode[] = [];
  #offered: ApiVersionsResponse = { error: 0, ranges: [], supported: [], finalized: [] };
  #closed = false;

  private constructor(settings: KafkaSettings, onRequest: (api: AnyApi) => void) {
    this.settings = settings;
    this.#onRequest = onRequest;
  }

  /**
   * Finds a broker that answers, and learns of the others from it.
   * @param onRequest called for every request sent
   * @throws ConnectionError, BrokerError
   */
  static async open(settings: KafkaSettings, onRequest: (api: AnyApi) => void = () => {}): Promise<Cluster> {
    const cluster = new Cluster(settings, onRequest);
    try {
      const link = await cluster.#homeLink();
      cluster.#offered = link.offered;
      await cluster.refresh();
      return cluster;
    } catch (error) {
      cluster.close();
      throw error;
    }
  }

  /** Stable over restarts. */
  get id(): string {
    return this.#id;
  }

  get brokers(): readonly BrokerNode[] {
    return this.#brokers;
  }

  /** Versions and features of the first broker that was reached. */
  get offered(): ApiVersionsResponse {
    return this.#offered;
  }

  get isKraft(): boolean {
    return this.offered.finalized.some((feature) => feature.name === 'metadata.version');
  }

  offers(api: AnyApi): boolean {
    return isOffered(this.offered, api);
  }

  /** Topics by name, or all of them; one request. Also learns which brokers there are now. */
  async metadata(topics: readonly string[] | null): Promise<readonly TopicMetadata[]> {
    const response = await this.read(Metadata, { topics, autoCreate: false });
    this.#learn(response);
    return response.topics;
  }

  async refresh(): Promise<void> {
    await this.metadata([]);
  }

  /** A request that changes nothing, to the broker that all reads go to. @throws ConnectionError, BrokerError */
  read<Q, A>(api: Api<Q, A>, request: Q): Promise<A> {
    return this.request(api, request, 'home');
  }

  /**
   * @param repeatable whether asking twice does no harm; else a request that was sent is never sent again
   * @throws ConnectionError, and BrokerError where the broker does not offer the request
   */
  async request<Q, A>(api: Api<Q, A>, request: Q, to: Target, repeatable = true): Promise<A> {
    for (let attempt = 0; ; attempt++) {
      const pause = PAUSES[attempt];
      // A closed session must not reconnect.
      if (this.#closed) throw new ConnectionError(this.settings.broker, 'the session was closed');
      try {
        const link = await this.#linkTo(to);
        if (!link.offers(api)) throw notOffered(this.settings.broker, api);
        // A listener that requires a login closes the connection at the first request without one.
        return await link.request(api, request, this.#id === '' ? 'login' : 'request');
      } catch (error) {
        if (!(error instanceof LostConnection) || !error.transient || this.#closed) throw error;
        if (error.sent) this.#avoid(error.endpoint);
        if (error.isLate && this.#candidates().every((one) => this.#avoided.has(keyOf(one)))) throw error;
        if (pause === undefined || (error.sent && !repeatable)) throw error;
      }
      await sleep(pause * (0.5 + Math.random()));
      if (to === 'controller' && !this.isKraft) await this.refresh().catch(() => {});
    }
  }

  /** The same question to every broker, all at once; a broker that cannot be asked has its error instead. */
  async requestEach<Q, A>(
    api: Api<Q, A>,
    request: (id: number) => Q | undefined,
  ): Promise<Map<number, A | Error>> {
    const responses = await Promise.all(
      this.#brokers.map(async ({ id }): Promise<[number, A | Error] | undefined> => {
        const asked = request(id);
        if (asked === undefined) return undefined;
        return [id, await this.request(api, asked, id).catch((error: Error) => error)];
      }),
    );
    return new Map(responses.filter((response) => response !== undefined));
  }

  /** Why an address does not lead to a broker; undefined where it does. */
  async unreachable(endpoint: Endpoint): Promise<ConnectionError | undefined> {
    try {
      await this.#link(endpoint);
      return undefined;
    } catch (error) {
      if (error instanceof ConnectionError) return error;
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    for (const link of this.#links.values()) closeWhenOpen(link);
    this.#links.clear();
  }

  #learn(response: { brokers: readonly BrokerNode[]; cluster: string | null; controller: number }): void {
    this.#id = response.cluster ?? this.#id;
    this.#controller = response.controller;
    if (response.brokers.length > 0) this.#brokers = [...response.brokers].sort((a, b) => a.id - b.id);
  }

  #linkTo(to: Target): Promise<Link> {
    const id = to === 'controller' && !this.isKraft ? this.#controller : to;
    const node = typeof id === 'number' ? this.#brokers.find((broker) => broker.id === id) : undefined;
    return node ? this.#link(node) : this.#homeLink();
  }

  #candidates(): Endpoint[] {
    const home = this.#home ? [this.#home] : [];
    const all = [...home, ...this.#brokers, ...this.settings.bootstrap];
    return [...new Map(all.map(({ host, port }) => [keyOf({ host, port }), { host, port }])).values()];
  }

  /** The link to the home broker; when that is gone, another broker becomes it. */
  async #homeLink(): Promise<Link> {
    const candidates = this.#candidates();
    candidates.sort((a, b) => Number(this.#avoided.has(keyOf(a))) - Number(this.#avoided.has(keyOf(b))));
    const errors: Error[] = [];
    for (const candidate of candidates) {
      try {
        const link = await this.#link(candidate);
        this.#home = candidate;
        return link;
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        errors.push(error);
      }
    }
    // One that answered, and would not let us in, says more than those that are down.
    const telling = errors.find((error) => error instanceof ConnectionError && !error.transient) ?? errors[0];
    throw telling ?? new ConnectionError(this.settings.broker, 'no broker is known');
  }

  /** A broker that is too slow, or went away in the middle, is asked last from now on, and by a new connection. */
  #avoid(endpoint: Endpoint): void {
    const key = keyOf(endpoint);
    closeWhenOpen(this.#links.get(key));
    this.#links.delete(key);
    this.#avoided.add(key);
    if (this.#home && keyOf(this.#home) === key) this.#home = undefined;
  }

  #link(endpoint: Endpoint): Promise<Link> {
    const key = keyOf(endpoint);
    const known = this.#links.get(key);
    const fresh = (known ?? Promise.reject(new Error('none yet')))
      .then((link) => (link.isOpen ? link : Promise.reject(new Error('lost'))))
      .catch(() => Link.open(this.settings, endpoint, this.#onRequest));
    this.#links.set(key, fresh);
    return fresh;
  }
}

function closeWhenOpen(link: Promise<Link> | undefined): void {
  link?.then((open) => open.close()).catch(() => {});
}

function keyOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

function notOffered(broker: string, { name, version }: AnyApi): BrokerError {
  return new BrokerError(broker, {
    op: name,
    status: 'UNSUPPORTED_VERSION',
    message: `the broker does not offer ${name} in version ${version}`,
    hint: 'brokerform works with Apache Kafka 2.4 and later; some requests need more',
  });
}
