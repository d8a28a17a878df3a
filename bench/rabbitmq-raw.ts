import * as http from 'node:http';
import { connect } from 'amqplib';
import type { LocalRabbit } from '../local/rabbitmq.ts';
import { type Definitions, type KeyTopology, keyedQueues } from './rabbitmq-keys.ts';
import type { QueueTopology } from './rabbitmq-topology.ts';

/** As many as brokerform uses. */
const CHANNELS = 32;

/** What brokerform reads, with the same queries. */
const LISTINGS = [
  ['exchanges', 'disable_stats=true'],
  ['queues', 'disable_stats=true&columns=vhost,name,type,durable,auto_delete,exclusive,arguments'],
  ['bindings', ''],
  ['policies', ''],
] as const;

type Item = Readonly<Record<string, unknown>>;

/** Fetches and parses what brokerform reads of a vhost or of all, at once, as a client that knows what it wants would. */
export async function list({ management }: LocalRabbit, vhost?: string): Promise<Item[][]> {
  const agent = new http.Agent({ keepAlive: true });
  const of = vhost === undefined ? '' : `/${encodeURIComponent(vhost)}`;
  try {
    return await Promise.all(
      LISTINGS.map(async ([what, query]) => {
        const url = `${management}/api/${what}${of}?${query}`;
        return JSON.parse(await request(agent, 'GET', url)) as Item[];
      }),
    );
  } finally {
    agent.destroy();
  }
}

/** Declares and binds over one connection with many channels, each with its next call as soon as it is free. */
export async function declare({ url }: LocalRabbit, vhost: string, topology: QueueTopology): Promise<void> {
  const connection = await connect(`${url}/${encodeURIComponent(vhost)}`, { noDelay: true });
  const channels = await Promise.all(Array.from({ length: CHANNELS }, () => connection.createChannel()));
  const exchanges = topology.exchanges.values();
  const queues = topology.queues.values();
  await Promise.all(
    channels.map(async (channel) => {
      for (const name of exchanges) await channel.assertExchange(name, 'topic');
    }),
  );
  await Promise.all(
    channels.map(async (channel) => {
      for (const { name, maxLength, exchange, routingKey } of queues) {
        await channel.assertQueue(name, { maxLength });
        await channel.bindQueue(name, exchange, routingKey);
      }
    }),
  );
  await connection.close();
}

/** Binds each queue by each of its keys, as {@link declare} does. */
export async function declareKeys({ url }: LocalRabbit, vhost: string, topology: KeyTopology): Promise<void> {
  const connection = await connect(`${url}/${encodeURIComponent(vhost)}`, { noDelay: true });
  const channels = await Promise.all(Array.from({ length: CHANNELS }, () => connection.createChannel()));
  const queues = keyedQueues(topology).values();
  await Promise.all(
    channels.map(async (channel) => {
      for (const { name, exchange, keys } of queues) {
        await channel.assertExchange(exchange, 'topic');
        await channel.assertQueue(name, { maxLength: 100_000 });
        for (const key of keys) await channel.bindQueue(name, exchange, key);
      }
    }),
  );
  await connection.close();
}

/** Items of one import: the management API limits the size of a request. */
const IMPORTED = 20_000;

/** Imports definitions, one list after the other. */
export async function importDefinitions({ management }: LocalRabbit, all: Definitions): Promise<void> {
  const agent = new http.Agent({ keepAlive: true });
  for (const [what, items] of Object.entries(all)) {
    for (let start = 0; start < items.length; start += IMPORTED) {
      const part = { [what]: items.slice(start, start + IMPORTED) };
      await request(agent, 'POST', `${management}/api/definitions`, part);
    }
  }
  agent.destroy();
}

export async function createVhost({ management }: LocalRabbit, vhost: string): Promise<void> {
  const agent = new http.Agent();
  const all = { configure: '.*', write: '.*', read: '.*' };
  await request(agent, 'PUT', `${management}/api/vhosts/${vhost}`, {});
  await request(agent, 'PUT', `${management}/api/permissions/${vhost}/guest`, all);
}

export async function deleteVhost({ management }: LocalRabbit, vhost: string): Promise<void> {
  await request(new http.Agent(), 'DELETE', `${management}/api/vhosts/${vhost}`);
}

function request(agent: http.Agent, method: string, url: string, body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const outgoing = http.request(url, { agent, method, headers, auth: 'guest:guest' }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if ((incoming.statusCode ?? 0) < 300) resolve(text);
        else reject(new Error(`${method} ${url}: ${incoming.statusCode} ${text}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body && JSON.stringify(body));
  });
}
