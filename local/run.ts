import { type LocalRabbit, type RabbitLine, startRabbit } from './rabbitmq.ts';

// Starts local brokers, prints where they are as JSON, and keeps them until SIGINT or SIGTERM:
//   npx tsx local/run.ts rabbitmq old current

const [broker, ...lines] = process.argv.slice(2);
if (broker !== 'rabbitmq' || lines.length === 0 || !lines.every(isLine)) {
  console.error('usage: tsx local/run.ts rabbitmq old|current …');
  process.exit(2);
}

const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
const brokers = await Promise.all(lines.filter(isLine).map((line) => startRabbit(line)));
console.log(JSON.stringify(Object.fromEntries(brokers.map((one) => [one.line, describe(one)])), null, 2));

// A promise alone does not keep a process alive.
const alive = setInterval(() => {}, 60_000);
await interrupted;
await Promise.all(brokers.map((one) => one.stop()));
clearInterval(alive);

function isLine(word: string): word is RabbitLine {
  return word === 'old' || word === 'current';
}

function describe({ version, url, management, folder }: LocalRabbit) {
  return { version, url, management, folder };
}
