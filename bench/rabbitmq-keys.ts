/** Queues with many binding keys each, said once for brokerform and once for a definitions file. */
export interface KeyTopology {
  readonly queues: number;
  readonly keys: number;
}

/** What a definitions file has. */
export type Definitions = Readonly<Record<string, readonly object[]>>;

/** Queues of one file, which share an exchange. */
const TEAM = 100;

interface KeyedQueue {
  readonly name: string;
  readonly exchange: string;
  readonly keys: readonly string[];
}

export function keyedQueues({ queues, keys }: KeyTopology): KeyedQueue[] {
  return Array.from({ length: queues }, (_, i) => ({
    name: `orders-${i}`,
    exchange: `events-${Math.floor(i / TEAM)}`,
    keys: Array.from({ length: keys }, (_, key) => `order.${i}.${key}.#`),
  }));
}

export function keyFiles(topology: KeyTopology, vhost: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, exchange, keys } of keyedQueues(topology)) {
    const file = `${exchange}.yaml`;
    const head = `rabbitmq:\n  vhost: ${vhost}\n  exchanges:\n    ${exchange}: { type: topic }\n  queues:\n`;
    const bindings = keys.map((key) => `        - { from: ${exchange}, key: "${key}" }\n`).join('');
    files.set(
      file,
      `${files.get(file) ?? head}    ${name}:\n      max-length: 100000\n      bindings:\n${bindings}`,
    );
  }
  return files;
}

export function keyDefinitions(topology: KeyTopology, vhost: string): Definitions {
  const queues = keyedQueues(topology);
  return {
    exchanges: [...new Set(queues.map(({ exchange }) => exchange))].map((name) => exchangeOf(name, vhost)),
    queues: queues.map(({ name }) => queueOf(name, vhost)),
    bindings: queues.flatMap(({ name, exchange, keys }) =>
      keys.map((key) => bindingOf(exchange, name, key, vhost)),
    ),
  };
}

export function vhostFiles(vhosts: number): Map<string, string> {
  const vhost = (i: number) =>
    `    team-${i}: { exchanges: { events: { type: topic } }, queues: { orders: { max-length: 100000, bindings: [{ from: events, key: "#" }] } } }\n`;
  return new Map([
    ['teams.yaml', `rabbitmq:\n  vhosts:\n${Array.from({ length: vhosts }, (_, i) => vhost(i)).join('')}`],
  ]);
}

export function vhostDefinitions(vhosts: number): Definitions {
  const names = Array.from({ length: vhosts }, (_, i) => `team-${i}`);
  const all = { configure: '.*', write: '.*', read: '.*' };
  return {
    vhosts: names.map((name) => ({ name })),
    permissions: names.map((vhost) => ({ user: 'guest', vhost, ...all })),
    exchanges: names.map((vhost) => exchangeOf('events', vhost)),
    queues: names.map((vhost) => queueOf('orders', vhost)),
    bindings: names.map((vhost) => bindingOf('events', 'orders', '#', vhost)),
  };
}

function exchangeOf(name: string, vhost: string): object {
  return { name, vhost, type: 'topic', durable: true, auto_delete: false, internal: false, arguments: {} };
}

function queueOf(name: string, vhost: string): object {
  return { name, vhost, durable: true, auto_delete: false, arguments: { 'x-max-length': 100_000 } };
}

function bindingOf(source: string, destination: string, key: string, vhost: string): object {
  return { source, vhost, destination, destination_type: 'queue', routing_key: key, arguments: {} };
}
