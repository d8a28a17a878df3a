import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { startKafka } from './kafka.ts';
import { startNats } from './nats.ts';
import { startRabbit } from './rabbitmq.ts';

// `npm run demo`: the examples of this repository, applied to brokers that are started for it and stopped
// again. Every command is the real one; a result that is not as expected ends the demo with exit code 1.

interface DemoBroker {
  readonly title: string;
  /** What brokerform.yaml takes from the environment. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** One entry for each broker that the examples have a topology for. */
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
  const { version, bootstrap, stop } = await startKafka('current');
  return { title: `Kafka ${version}`, env: { KAFKA_BOOTSTRAP: bootstrap.join(',') }, stop };
}

async function demoNats(): Promise<DemoBroker> {
  const { version, url, stop } = await startNats('current');
  return { title: `NATS ${version}`, env: { NATS_URL: url }, stop };
}

class Unexpected extends Error {}

/** What a colleague might change in a pull request: one more routing key, and a limit on the vhost. */
const CHANGED_FILE = 'topologies/rabbitmq/publish-subscribe.yaml';
const ADDITIONS = [
  { after: '- { from: events, key: order.# }\n', text: '        - { from: events, key: invoice.# }\n' },
  {
    after: 'keys: [order.created, order.cancelled] }\n',
    text: '  limits: { max-queues: 500 }\n',
  },
];

const REPLACEMENT = {
  after: '      max-length: 100000\n      overflow: reject-publish\n',
  text: '      message-ttl: 1d\n',
};

const repository = join(import.meta.dirname, '..');
const project = mkdtempSync(join(tmpdir(), 'brokerform-demo-'));
const startedAt = Date.now();
// Exiting, unlike being ended by a signal, removes what the brokers leave.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => rmSync(project, { recursive: true, force: true }));

say('Starting local brokers; the first time this takes a minute or two.');
const brokers = await startAll();
try {
  await walkThrough(Object.assign({}, ...brokers.map(({ env }) => env)));
  say(`All as expected, in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
  say(
    'Next, in your own repository: "brokerform init", then "brokerform doctor"; the README has five minutes of it.',
  );
} catch (error) {
  if (!(error instanceof Unexpected)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  say('Stopping the brokers.');
  await Promise.all(brokers.map((broker) => broker.stop()));
}

async function walkThrough(env: Readonly<Record<string, string>>): Promise<void> {
  for (const name of ['brokerform.yaml', 'topologies']) {
    cpSync(join(repository, name), join(project, name), { recursive: true });
  }
  say(`Running: ${brokers.map(({ title }) => title).join(', ')}. The configuration takes these variables:`);
  for (const [name, value] of Object.entries(env)) console.log(`export ${name}=${value}`);

  const brokerform = commandIn(project, env);
  say('Do the examples make sense? Offline, so this also runs where no broker is near.');
  brokerform('validate', 0);
  say('What would it take to make the brokers match them? Saved, so that just this can be run.');
  brokerform('plan --out plan.json', 0);
  say('Run the plan that was reviewed, and nothing else.');
  brokerform('apply plan.json', 0);
  say('A colleague changes one of the files:');
  change(ADDITIONS);
  say('What does that mean for the brokers? Exit code 2 says that there is something to do.');
  brokerform('plan --detailed-exitcode', 2);
  say('Apply it, without a question, as a pipeline would.');
  brokerform('apply --auto-approve', 0);
  say('And once more: nothing is left to do, so the exit code is 0.');
  brokerform('plan --detailed-exitcode', 0);
  say(
    'Three messages arrive in a queue. Then somebody changes an argument that a queue can only have from its start:',
  );
  await publish(3, env);
  change([REPLACEMENT]);
  say(
    'The queue would have to be replaced, and its messages lost: the plan is blocked, and apply refuses it.',
  );
  brokerform('plan', 3);
  brokerform('apply --auto-approve', 3);
}

/** Messages in the queue that is going to be replaced, confirmed by the broker. */
async function publish(count: number, { RABBITMQ_URL = '' }: Readonly<Record<string, string>>) {
  const { connect } = await import('amqplib');
  const connection = await connect(RABBITMQ_URL);
  try {
    const channel = await connection.createConfirmChannel();
    for (let i = 0; i < count; i++) channel.publish('events', 'order.created', Buffer.from('order'));
    await channel.waitForConfirms();
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

function commandIn(folder: string, env: Readonly<Record<string, string>>) {
  return (line: string, expected: number) => {
    console.log(styleText('bold', `$ brokerform ${line}`));
    const main = join(repository, 'dist', 'cli', 'main.js');
    const { status, signal } = spawnSync(process.execPath, [main, ...line.split(' ')], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    if (status === expected) return;
    throw new Unexpected(`brokerform ${line} ended with ${signal ?? status} instead of ${expected}`);
  };
}

function change(additions: readonly { readonly after: string; readonly text: string }[]): void {
  const file = join(project, CHANGED_FILE);
  let text = readFileSync(file, 'utf8');
  console.log(styleText('bold', CHANGED_FILE));
  for (const { after, text: added } of additions) {
    if (!text.includes(after)) throw new Unexpected(`${CHANGED_FILE} no longer holds: ${after.trimEnd()}`);
    text = text.replace(after, after + added);
    console.log(styleText('green', added.replace(/^/gm, '+ ').slice(0, -2).trimEnd()));
  }
  writeFileSync(file, text);
}

function say(text: string): void {
  console.log(`\n${styleText('cyan', `# ${text}`)}`);
}
