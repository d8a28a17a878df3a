import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { StreamTopology } from './nats-topology.ts';

/** Requests in flight: as many as brokerform has. */
const LISTING = 256;
const WRITING = 256;

/** What STREAM.LIST and CONSUMER.LIST give at once. */
const PAGE = 256;

type Item = Readonly<Record<string, unknown>>;

/** Fetches and parses every page of streams, then of each stream its consumers, side by side. */
export async function list(url: string): Promise<{ streams: Item[]; consumers: Item[] }> {
  return withConnection(url, async (connection) => {
    const first = await request(connection, 'STREAM.LIST', { offset: 0 });
    const offsets = Array.from(
      { length: Math.ceil(Number(first.total) / PAGE) - 1 },
      (_, i) => (i + 1) * PAGE,
    );
    const rest = await Promise.all(offsets.map((offset) => request(connection, 'STREAM.LIST', { offset })));
    const streams = [first, ...rest].flatMap((page) => page.streams as Item[]);
    const consumers: Item[] = [];
    await sideBySide(streams, LISTING, async ({ config }) => {
      const page = await request(connection, `CONSUMER.LIST.${(config as Item).name}`, { offset: 0 });
      consumers.push(...(page.consumers as Item[]));
    });
    return { streams, consumers };
  });
}

/** Creates each stream and then its consumers, each worker with its next one as soon as it is free. */
export async function declare(url: string, { streams }: StreamTopology): Promise<void> {
  await withConnection(url, (connection) =>
    sideBySide(streams, WRITING, async ({ name, subject, maxAge, consumers }) => {
      await request(connection, `STREAM.CREATE.${name}`, { name, subjects: [subject], max_age: maxAge });
      for (const { name: consumer, filter } of consumers) {
        const config = { durable_name: consumer, ack_policy: 'explicit', filter_subject: filter };
        await request(connection, `CONSUMER.CREATE.${name}.${consumer}.${filter}`, {
          stream_name: name,
          config,
        });
      }
    }),
  );
}

/** Deletes all streams that there are. */
export async function clear(url: string): Promise<void> {
  const { streams } = await list(url);
  await withConnection(url, (connection) =>
    sideBySide(streams, LISTING, async ({ config }) => {
      await request(connection, `STREAM.DELETE.${(config as Item).name}`, {});
    }),
  );
}

async function withConnection<T>(url: string, work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: url });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function request(connection: NatsConnection, subject: string, body: object): Promise<Item> {
  const answer = await connection.request(`$JS.API.${subject}`, JSON.stringify(body), { timeout: 60_000 });
  const parsed = JSON.parse(new TextDecoder().decode(answer.data)) as Item;
  if (parsed.error) throw new Error(`${subject}: ${JSON.stringify(parsed.error)}`);
  return parsed;
}

async function sideBySide<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
