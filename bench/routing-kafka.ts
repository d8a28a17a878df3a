import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { installKafka } from '../local/kafka/install.ts';
import { type LocalKafka, startKafka } from '../local/kafka.ts';
import { partitionOf } from '../src/brokers/kafka/routing/partitioner.ts';
import { AccessProof } from '../test/live/kafka/access.ts';
import { Stranger } from '../test/live/kafka/stranger.ts';
import type { Figure, Section } from './report.ts';
import type { Settings } from './settings.ts';

const ANSWERS = 100_000;
/** Of a cluster that allows what no ACL is about. */
const OPEN_ANSWERS = 20_000;
const KEYS = 10_000;
const PARTITIONS = 50;

/** The router against real brokers: what they let users do, and where the Java client sends keys. */
export async function benchKafkaRouting({ line }: Settings): Promise<Section> {
  const seed = Date.now() % 2 ** 30;
  const start = performance.now();
  const own = await withCluster(line, false, async (cluster) => [
    ...(await accessFigures(cluster, false, seed)),
    await partitionFigure(cluster, line),
  ]);
  const open = await withCluster(line, true, (cluster) => accessFigures(cluster, true, seed));
  const seconds = (performance.now() - start) / 1000;
  const { version } = await installKafka(line);
  return {
    title: `Routing, Kafka ${line}`,
    about: `Random ACLs (literal, prefixed and every name; users and everyone; addresses; all operations; denials) on a broker
with its own authorizer. Four SCRAM users send what clients send: metadata with authorized operations, produce, fetch,
delete records, heartbeat, offset fetch, delete groups, create topics, producer ids with and without a transaction.
Each answer is compared with the router's. Keys are random texts, produced by Kafka's Java client.`,
    with: [`Kafka ${version}`, `seed ${seed}`],
    figures: [
      ...own,
      ...open,
      { what: 'time, with starting the brokers', ours: '', value: seconds, unit: ' s' },
    ],
  };
}

async function withCluster<T>(
  line: Settings['line'],
  allowsUnlisted: boolean,
  use: (cluster: LocalKafka) => Promise<T>,
): Promise<T> {
  const properties = allowsUnlisted ? ['allow.everyone.if.no.acl.found=true'] : [];
  const cluster = await startKafka(line, { brokers: 1, sasl: true, authorizer: true, properties });
  try {
    return await use(cluster);
  } finally {
    await cluster.stop();
  }
}

async function accessFigures(
  { bootstrap, sasl }: LocalKafka,
  allowsUnlisted: boolean,
  seed: number,
): Promise<Figure[]> {
  const options = { bootstrap, sasl: sasl?.bootstrap ?? [], prefix: '', allowsUnlisted };
  const proof = await AccessProof.open(options);
  let [answers, allowed, worlds, disagreements] = [0, 0, 0, 0];
  for (; answers < (allowsUnlisted ? OPEN_ANSWERS : ANSWERS); worlds++) {
    const found = await proof.run(seed + worlds);
    answers += found.answers;
    allowed += found.allowed;
    disagreements += found.disagreements.length;
    for (const one of found.disagreements.slice(0, 3)) console.error(one);
  }
  await proof.close();
  const setting = allowsUnlisted ? ', allow.everyone.if.no.acl.found' : '';
  return [
    {
      what: `${count(answers)} answers to ${count(worlds)} random sets of ACLs${setting}: disagreements`,
      ...{ ours: '', value: disagreements, target: 0, unit: '' },
    },
    { what: '… answers that allowed', ours: '', value: allowed, unit: '' },
  ];
}

async function partitionFigure({ bootstrap }: LocalKafka, line: Settings['line']): Promise<Figure> {
  const stranger = await Stranger.connect(bootstrap, 'routing-');
  await stranger.create('routing-keys', PARTITIONS);
  await stranger.disconnect();
  const keys = Array.from({ length: KEYS }, (_, i) =>
    Array.from(randomBytes(i % 40), (byte) => String.fromCodePoint(byte + (i % 3) * 5000)).join(''),
  );
  const partitions = await produced(line, bootstrap, keys);
  const wrong = keys.filter((key, i) => partitions[i] !== partitionOf(key, PARTITIONS));
  return {
    what: `${count(partitions.length)} random keys from the Java client to ${PARTITIONS} partitions: disagreements`,
    ...{ ours: '', value: wrong.length, target: 0, unit: '' },
  };
}

/** The partitions to which Kafka's own client sends these keys. */
async function produced(
  line: Settings['line'],
  bootstrap: readonly string[],
  keys: readonly string[],
): Promise<number[]> {
  const source = fileURLToPath(new URL('java/Partitions.java', import.meta.url));
  const { command } = await installKafka(line);
  const [java, ...args] = command(source, bootstrap.join(','), 'routing-keys');
  const child = spawn(java, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(keys.map((key) => `${Buffer.from(key).toString('base64')}\n`).join(''));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const lines = Buffer.concat(chunks).toString().trim().split('\n').map(Number);
  if (code !== 0 || lines.length !== keys.length) throw new Error(`the Java client ended with ${code}`);
  return lines;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
