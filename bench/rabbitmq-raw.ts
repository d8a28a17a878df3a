import * as http from 'node:http';
import { connect } from 'amqplib';
import type { LocalRabbit } from '../local/rabbitmq.ts';
import type { QueueTopology } from './rabbitmq-topology.ts';

/** As many as brokerform uses. */
const CHANNELS = 32;

type Item = Readonly<Record<string, unknown>>;

/** Fetches and parses what brokerform reads of a vhost, all at once, as a client that knows what it wants would. */
export async function list({ management }: LocalRabbit, vhost: string): Promise<Item[][]> {
  const agent = new http.Agent({ keepAlive: true });
  const paths = ['exchanges', 'queues', 'bindings', 'policies'].map(
    (what) => `${what}/${encodeURIComponent(vhost)}`,
  );
  try {
    return await Promise.all(
      paths.map(async (path) => {
        const query = path.startsWith('queues') ? '?disable_stats=true' : '';
        return JSON.parse(await request(agent, 'GET', `${management}/api/${path}${query}`)) as Item[];
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
