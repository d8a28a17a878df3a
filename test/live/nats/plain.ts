import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { natsLines } from '../../../local/nats.ts';
import { isObject, type Json, type JsonObject, parseJson, printJson } from '../../../src/model/index.ts';

/** The JetStream API by plain requests: what a test looks with, apart from the sessions that it judges. */
export class PlainServer {
  readonly connection: NatsConnection;

  private constructor(connection: NatsConnection) {
    this.connection = connection;
  }

  static async connect(servers: string | readonly string[], login: object = {}): Promise<PlainServer> {
    return new PlainServer(await connect({ servers: [servers].flat(), ...login }));
  }

  /** The answer as it comes, which may be an error. */
  async request(subject: string, body: Json = {}): Promise<JsonObject> {
    const message = await this.connection.request(`$JS.API.${subject}`, printJson(body), { timeout: 10_000 });
    const answer = parseJson(new TextDecoder().decode(message.data));
    if (!isObject(answer)) throw new Error(`${subject}: no object`);
    return answer;
  }

  /** @throws where the answer is an error. */
  async demand(subject: string, body: Json = {}): Promise<JsonObject> {
    let answer = await this.request(subject, body);
    // A server that still clears what was deleted under this name says that it cannot create the store.
    for (let i = 0; i < 5 && isObject(answer.error) && answer.error.err_code === 10049; i++) {
      await sleep(200);
      answer = await this.request(subject, body);
    }
    if (answer.error) throw new Error(`${subject} ${printJson(body)}: ${printJson(answer.error)}`);
    return answer;
  }

  /** Every stream as STREAM.LIST tells it, by name; that of the locks, which applies leave, is not among them. */
  async streams(): Promise<Map<string, JsonObject>> {
    const items = await this.#pages('STREAM.LIST', 'streams');
    const named = items.map((item) => [String(configOf(item).name), item] as const);
    return new Map(named.filter(([name]) => name !== 'BROKERFORM_LOCK'));
  }

  /** Every consumer of a stream as CONSUMER.LIST tells it, by name. */
  async consumers(stream: string): Promise<Map<string, JsonObject>> {
    const items = await this.#pages(`CONSUMER.LIST.${stream}`, 'consumers');
    return new Map(items.map((item) => [String(item.name), item]));
  }

  /** The configurations of all that there is, without the server's own metadata, by stream and consumer. */
  async listing(): Promise<Record<string, JsonObject>> {
    const found: Record<string, JsonObject> = {};
    for (const [stream, item] of await this.streams()) {
      found[stream] = withoutServerMetadata(configOf(item));
      for (const [name, consumer] of await this.consumers(stream)) {
        // By these the server itself fills mirrors, from 2.14 on, when it gets round to it.
        if (configOf(consumer).sourcing === true) continue;
        found[`${stream} ${name}`] = withoutServerMetadata(configOf(consumer));
      }
    }
    return found;
  }

  /** Waits until a cluster that has just started knows the room on all its servers, which nothing else tells. */
  async untilReplicas(): Promise<void> {
    const probe = { name: 'PROBE', storage: 'memory', num_replicas: 3 };
    for (let i = 0; i < 200 && (await this.request('STREAM.CREATE.PROBE', probe)).error; i++)
      await sleep(100);
    await this.demand('STREAM.DELETE.PROBE');
  }

  /** @throws for a server that tests share: it would take away what another one has just made. */
  async clear(): Promise<void> {
    if (await isShared(this.connection.getServer())) {
      throw new Error('only a test with a server of its own may clear it');
    }
    for (const name of (await this.streams()).keys()) await this.demand(`STREAM.DELETE.${name}`);
  }

  /** Publishes, and waits until a stream has it. */
  async publish(subject: string, payload = 'precious'): Promise<void> {
    await this.connection.request(subject, payload, { timeout: 5_000 });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  async #pages(subject: string, key: string): Promise<JsonObject[]> {
    const items: JsonObject[] = [];
    for (;;) {
      const page = await this.demand(subject, { offset: items.length });
      const found = (Array.isArray(page[key]) ? page[key] : []).filter(isObject);
      items.push(...found);
      if (found.length === 0 || items.length >= Number(page.total)) return items;
    }
  }
}

async function isShared(server: string): Promise<boolean> {
  // Benchmarks have no shared servers, and cannot import vitest.
  if (process.env.VITEST === undefined) return false;
  const { inject } = await import('vitest');
  const shared = natsLines.map((line) => URL.parse(inject('nats')[line]?.url ?? '')?.host);
  return shared.includes(server);
}

function configOf(item: JsonObject): JsonObject {
  return isObject(item.config) ? item.config : {};
}

function withoutServerMetadata(config: JsonObject): JsonObject {
  const { metadata, ...rest } = config;
  const own = Object.entries(isObject(metadata) ? metadata : {}).filter(([key]) => !key.startsWith('_nats.'));
  return own.length > 0 ? { ...rest, metadata: Object.fromEntries(own) } : rest;
}
