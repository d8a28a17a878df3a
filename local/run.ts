import { type KafkaLine, startKafka } from './kafka.ts';
import { type NatsLine, natsLines, startNats } from './nats.ts';
import { type RabbitLine, startRabbit } from './rabbitmq.ts';

// Starts local brokers, prints where they are as JSON, and keeps them until SIGINT or SIGTERM:
//   npx tsx local/run.ts rabbitmq old current
//   npx tsx local/run.ts kafka current

interface Running {
  description: Record<string, unknown>;
  stop(): Promise<void>;
}

interface Choice {
  lines: readonly string[];
  start(line: string): Promise<Running>;
}

const choices: Record<string, Choice> = {
  rabbitmq: {
    lines: ['old', 'current'],
    async start(line) {
      const broker = await startRabbit(line as RabbitLine);
      const { version, url, management, folder } = broker;
      return { description: { version, url, management, folder }, stop: broker.stop };
    },
  },
  kafka: {
    lines: ['old', 'current'],
    async start(line) {
      const cluster = await startKafka(line as KafkaLine, { sasl: true, tls: true, authorizer: true });
      const { version, bootstrap, sasl, tls, folder } = cluster;
      return { description: { version, bootstrap, sasl, tls, folder }, stop: cluster.stop };
    },
  },
  nats: {
    lines: natsLines,
    async start(line) {
      const broker = await startNats(line as NatsLine);
      const { version, url, folder } = broker;
      return { description: { version, url, folder }, stop: broker.stop };
    },
  },
};

const [name = '', ...lines] = process.argv.slice(2);
const choice = Object.hasOwn(choices, name) ? choices[name] : undefined;
if (!choice || lines.length === 0 || !lines.every((line) => choice.lines.includes(line))) {
  const ways = Object.entries(choices).map(([broker, { lines }]) => `${broker} ${lines.join('|')} …`);
  console.error(`usage: tsx local/run.ts ${ways.join(' or ')}`);
  process.exit(2);
}

const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
const brokers = await Promise.all(lines.map((line) => choice.start(line)));
const described = lines.map((line, i) => [line, brokers[i]?.description]);
console.log(JSON.stringify(Object.fromEntries(described), null, 2));

// A promise alone does not keep a process alive.
const alive = setInterval(() => {}, 60_000);
await interrupted;
await Promise.all(brokers.map((one) => one.stop()));
clearInterval(alive);
