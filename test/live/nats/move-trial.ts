import { expect } from 'vitest';
import type { LocalNats } from '../../../local/nats.ts';
import { isObject, type JsonObject } from '../../../src/model/index.ts';
import { NatsProject } from './cli-project.ts';
import { contentsOf, Publisher, type Stored, Worker } from './moving.ts';
import { PlainServer } from './plain.ts';

export const MOVE = ['--move', 'main/stream/ORDERS'];

/** Messages before the move. */
const BEFORE = 300;

const PAUSED_UNTIL = '2090-01-01T00:00:00Z';

/** A stream `ORDERS` under load, which only a new one can be as declared, of the same or of another name. */
export class MoveTrial {
  readonly nats: LocalNats;
  readonly server: PlainServer;
  readonly project: NatsProject;
  readonly #more: JsonObject;
  /** The declared names of the stream and of its consumer `worker`. */
  readonly #stream: string;
  readonly #worker: string;

  /**
   * @param more fields of the stream, declared and live
   * @param stream its declared name
   */
  static async start(nats: LocalNats, more: JsonObject = {}, stream = 'ORDERS'): Promise<MoveTrial> {
    const urls = nats.servers.map(({ url }) => url);
    const server = await PlainServer.connect(urls, { maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    return new MoveTrial(nats, server, new NatsProject(urls), more, stream);
  }

  private constructor(
    nats: LocalNats,
    server: PlainServer,
    project: NatsProject,
    more: JsonObject,
    stream: string,
  ) {
    this.nats = nats;
    this.server = server;
    this.project = project;
    this.#more = more;
    this.#stream = stream;
    this.#worker = stream === 'ORDERS' ? 'worker' : 'renamed';
  }

  async stop(): Promise<void> {
    await this.server.close();
    this.project.removeFolder();
    await this.nats.stop();
  }

  /** Makes the stream anew, with deleted messages, a consumer of others, and a pause. */
  async reset(): Promise<void> {
    await this.server.clear();
    this.declare();
    await this.server.demand('STREAM.CREATE.ORDERS', {
      ...{ name: 'ORDERS', subjects: ['orders.>'], ...this.#more, storage: 'file', deny_delete: true },
      ...{ max_age: 30 * 86_400 * 1e9, duplicate_window: 120 * 1e9 },
    });
    await this.#consumer('worker', { ack_wait: 1e9 });
    await this.#consumer('audit', { ack_policy: 'none' });
    await this.#consumer('theirs', { filter_subject: 'orders.3', pause_until: PAUSED_UNTIL });
    for (let i = 1; i <= BEFORE; i++) await this.server.publish(`orders.${i % 5}`, `before ${i}`);
    await this.server.demand('STREAM.PURGE.ORDERS', { filter: 'orders.4' });
  }

  /** @param worker fields of a consumer */
  declare(worker: JsonObject = {}): void {
    const [was, workerWas] = this.#stream === 'ORDERS' ? [] : ['ORDERS', 'worker'];
    const consumers = {
      [this.#worker]: { ack_wait: '1s', ...worker, ...(workerWas && { was: workerWas }) },
      audit: { ack_policy: 'none' },
    };
    const body = { subjects: ['orders.>'], ...this.#more, max_age: '30d', consumers, ...(was && { was }) };
    this.project.declare({ [this.#stream]: body });
  }

  async #consumer(name: string, more: JsonObject): Promise<void> {
    const { filter_subject: filter } = more;
    const config = { name, durable_name: name, ack_policy: 'explicit', deliver_policy: 'all', ...more };
    const path = typeof filter === 'string' ? `ORDERS.${name}.${filter}` : `ORDERS.${name}`;
    await this.server.demand(`CONSUMER.CREATE.${path}`, { stream_name: 'ORDERS', config, action: 'create' });
  }

  /** Waits until a move has begun. */
  async untilMoving(): Promise<void> {
    const copy = this.#stream === 'ORDERS' ? 'ORDERS-brokerform-hold' : this.#stream;
    const info = async () => (await this.server.request(`STREAM.INFO.${copy}`)).config;
    await expect.poll(info, { timeout: 20_000, interval: 5 }).toBeDefined();
  }

  /** Kills every server, and starts it again. */
  async restart(): Promise<void> {
    for (const one of this.nats.servers) await one.kill();
    for (const one of this.nats.servers) await one.start();
  }

  /** Applies a move under load, in whatever way, and judges the result. */
  async judge(work: () => Promise<void>): Promise<void> {
    const { server, project } = this;
    const before = await contentsOf(server, 'ORDERS');
    const publishers = ['a', 'b'].map((name) => new Publisher(server, `orders.${name}`, name));
    const worker = new Worker(server, ...new Set(['ORDERS.worker', `${this.#stream}.${this.#worker}`]));
    await work();
    await Promise.all([...publishers, worker].map((one) => one.stop()));
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    expect([...(await server.streams()).keys()]).toEqual([this.#stream]);
    const after = await contentsOf(server, this.#stream);
    expect(new Map([...after].filter(([sequence]) => before.has(sequence)))).toEqual(before);
    for (const { confirmed } of publishers) expectStored(confirmed, after);
    const consumers = await server.consumers(this.#stream);
    expect([...consumers.keys()].sort()).toEqual(['audit', 'theirs', this.#worker].sort());
    const { config } = consumers.get('theirs') ?? {};
    expect(isObject(config) && config.pause_until).toBe(PAUSED_UNTIL);
    await this.#expectAllDelivered(after, worker);
  }

  /** The worker gets the rest, too, so that it was given every message at least once. */
  async #expectAllDelivered(after: ReadonlyMap<number, Stored>, { acknowledged }: Worker): Promise<void> {
    const rest = new Worker(this.server, `${this.#stream}.${this.#worker}`);
    const missing = () =>
      [...after.keys()].filter((one) => !acknowledged.has(one) && !rest.acknowledged.has(one));
    // However many there are, as long as it gets on.
    for (let left = missing().length; left > 0; left = missing().length)
      await expect.poll(() => missing().length, { timeout: 20_000 }).toBeLessThan(left);
    await rest.stop();
  }
}

/** Every confirmed message is there, once, under the sequence that the publisher was told. */
function expectStored(confirmed: ReadonlyMap<string, number>, after: ReadonlyMap<number, Stored>): void {
  expect(confirmed.size).toBeGreaterThan(10);
  const lost = [...confirmed].filter(([payload, sequence]) => {
    const stored = after.get(sequence);
    return !stored || stored.payload !== payload || !stored.headers.includes(payload);
  });
  expect(lost).toEqual([]);
  const payloads = [...after.values()].filter(({ payload }) => confirmed.has(payload));
  expect(payloads).toHaveLength(confirmed.size);
}
