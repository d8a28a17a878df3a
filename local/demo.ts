import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import type { ChannelModel } from 'amqplib';
import { startKafka } from './kafka.ts';
import { startNats } from './nats.ts';
import { startRabbit } from './rabbitmq.ts';

// `npm run demo`: a new project on brokers that are started for it and stopped again, and three mistakes that are caught.
// Every command is the real one; a result that is not as expected ends the demo with exit code 1.

interface DemoBroker {
  readonly title: string;
  /** What brokerform.yaml takes from the environment. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** One entry for each broker that `init` has an example for. */
const starters: readonly (() => Promise<DemoBroker>)[] = [demoRabbit, demoKafka, demoNats];

async function demoRabbit(): Promise<DemoBroker> {
  const { version, url, management, stop } = await startRabbit('current');
  return {
    title: `RabbitMQ ${version}`,
    env: { RABBITMQ_URL: url, RABBITMQ_MANAGEMENT_URL: management },
    stop,
  };
}

async function demoKafka(): Promise<DemoBroker> {
  const { version, bootstrap, stop } = await startKafka('current', { brokers: 1 });
  return { title: `Kafka ${version}`, env: { KAFKA_BOOTSTRAP: bootstrap.join(',') }, stop };
}

async function demoNats(): Promise<DemoBroker> {
  const { version, url, stop } = await startNats('current');
  return { title: `NATS ${version}`, env: { NATS_URL: url }, stop };
}

class Unexpected extends Error {}

const TOPOLOGY = 'topologies/rabbitmq.yaml';
const QUEUE = 'order-notifications';
const MESSAGES = 1_000;

/** What a colleague might change in a pull request, each looking harmless. */
const SHORTER = { from: '      delivery-limit: 5\n', to: '      delivery-limit: 5\n      message-ttl: 1d\n' };
const TIDIED = { from: '- { from: events, key: order.# }', to: '- { from: events, key: orders.# }' };

const NEXT = `
What to do next, in a repository of your own:
  brokerform init            a configuration, an example and a test for your brokers; --ci github adds pipelines
  brokerform up              your brokers in containers on this machine, with everything applied
  brokerform import          or start from brokers that are already there
The README continues from here ("Five minutes"); docs/ci.md sets up pull requests.`;

const repository = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'brokerform-demo-'));
/** Named as the project in plans. */
const project = join(folder, 'shop');
mkdirSync(project);
const startedAt = Date.now();
// Exiting, unlike being ended by a signal, removes what the brokers leave.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

say('Starting RabbitMQ, Kafka and NATS; the first time this takes a minute or two.');
const brokers = await startAll();
try {
  await walkThrough(Object.assign({}, ...brokers.map(({ env }) => env)));
  say(`All as expected, in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
  console.log(NEXT);
} catch (error) {
  if (!(error instanceof Unexpected)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  await Promise.all(brokers.map((broker) => broker.stop()));
}

async function walkThrough(env: Readonly<Record<string, string>>): Promise<void> {
  say(
    `Running: ${brokers.map(({ title }) => title).join(', ')}. A project for all three, with tests, and one apply:`,
  );
  const brokerform = commandIn(project, env);
  brokerform('init --quiet --broker rabbitmq,kafka,nats', 0);
  brokerform('test', 0);
  brokerform('apply --auto-approve', 0);
  await publish(MESSAGES, env);

  say(
    `1. A change that loses messages is blocked. ${QUEUE} holds ${MESSAGES.toLocaleString('en')} messages; a colleague shortens their life:`,
  );
  change(SHORTER);
  brokerform('plan', 3);

  say('2. The plan names two ways that lose nothing: a policy in its place, or a move. The move:');
  brokerform(`apply --auto-approve --move main/queue/%2F/${QUEUE}`, 0);
  const kept = await countMessages(env);
  console.log(styleText('green', `${kept} of ${MESSAGES} messages are in the new queue.`));
  if (kept !== MESSAGES) throw new Unexpected('the move lost messages');

  say('3. A routing mistake is caught before it reaches a broker. A colleague tidies a binding:');
  change(TIDIED);
  brokerform('test', 3);
  change({ from: TIDIED.to, to: TIDIED.from });
  brokerform('plan --detailed-exitcode', 0);
}

/** Messages in the queue that is going to be replaced, confirmed by the broker. */
function publish(count: number, env: Readonly<Record<string, string>>): Promise<void> {
  return withRabbit(env, async (connection) => {
    const channel = await connection.createConfirmChannel();
    for (let i = 0; i < count; i++) channel.publish('events', 'order.created', Buffer.from(`order ${i}`));
    await channel.waitForConfirms();
  });
}

function countMessages(env: Readonly<Record<string, string>>): Promise<number> {
  return withRabbit(env, async (connection) => {
    const channel = await connection.createChannel();
    return (await channel.checkQueue(QUEUE)).messageCount;
  });
}

async function withRabbit<T>(
  { RABBITMQ_URL = '' }: Readonly<Record<string, string>>,
  work: (connection: ChannelModel) => Promise<T>,
): Promise<T> {
  const { connect } = await import('amqplib');
  const connection = await connect(RABBITMQ_URL);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function startAll(): Promise<DemoBroker[]> {
  const started = await Promise.allSettled(starters.map((start) => start()));
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (!failed) return running;
  await Promise.all(running.map((broker) => broker.stop()));
  throw failed.reason;
}

function commandIn(cwd: string, env: Readonly<Record<string, string>>) {
  return (line: string, expected: number) => {
    console.log(styleText('bold', `$ brokerform ${line}`));
    const main = join(repository, 'dist', 'cli', 'main.js');
    const { status, signal } = spawnSync(process.execPath, [main, ...line.split(' ')], {
      cwd,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    if (status === expected) return;
    throw new Unexpected(`brokerform ${line} ended with ${signal ?? status} instead of ${expected}`);
  };
}

function change({ from, to }: { readonly from: string; readonly to: string }): void {
  const file = join(project, TOPOLOGY);
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Unexpected(`${TOPOLOGY} no longer contains: ${from.trimEnd()}`);
  console.log(styleText('bold', TOPOLOGY));
  const added = to.startsWith(from) ? to.slice(from.length) : to;
  if (added === to) console.log(styleText('red', `- ${from.trim()}`));
  console.log(styleText('green', `+ ${added.trim()}`));
  writeFileSync(file, text.replace(from, to));
}

function say(text: string): void {
  console.log(`\n${styleText('cyan', `# ${text}`)}`);
}
