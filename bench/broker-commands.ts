import { startKafka } from '../local/kafka.ts';
import { startNats } from '../local/nats.ts';
import { startRabbit } from '../local/rabbitmq.ts';
import { growthsOf, measureCommand, measureEmpty, roundsOf } from './commands.ts';
import { toFiles as topicFiles, topicTopology } from './kafka-topology.ts';
import { clear } from './nats-raw.ts';
import { toFiles as streamFiles, streamTopology } from './nats-topology.ts';
import { Project } from './project.ts';
import { createVhost, deleteVhost } from './rabbitmq-raw.ts';
import { toFiles as queueFiles, queueTopology } from './rabbitmq-topology.ts';
import { MOST_GROWTH, type Section, type Usage } from './report.ts';
import type { Settings } from './settings.ts';

/** A broker with a project of any size. */
interface Subject {
  readonly title: string;
  readonly version: string;
  /** What the resources are. */
  readonly resources: string;
  readonly connection: object;
  filesOf(resources: number): ReadonlyMap<string, string>;
  /** A topology file with so many resources more. */
  more(count: number): string;
  /** Around the measurements of one size. */
  fresh(work: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const VHOST = 'bench-commands';

export async function benchRabbitCommands({ sizes, line }: Settings): Promise<Section> {
  const broker = await startRabbit(line);
  const { url, management, version } = broker;
  return benchCommands(sizes, {
    title: `Commands, RabbitMQ ${line}`,
    version: `RabbitMQ ${version}`,
    resources: 'classic queues and as many bindings',
    connection: { type: 'rabbitmq', url, management },
    filesOf: (resources) => queueFiles(queueTopology(resources / 2), VHOST),
    more: (count) => `rabbitmq: { vhost: ${VHOST}, queues: { ${flow(count, 'more', '{}')} } }\n`,
    fresh: async (work) => {
      await createVhost(broker, VHOST);
      await work();
      await deleteVhost(broker, VHOST);
    },
    stop: () => broker.stop(),
  });
}

export async function benchKafkaCommands({ sizes, line }: Settings): Promise<Section> {
  const cluster = await startKafka(line);
  const { bootstrap, version } = cluster;
  const body = '{ partitions: 1, replication-factor: 1 }';
  // Each size has topics of its own: deleting them takes the brokers longer than all else.
  let size = 0;
  return benchCommands(sizes, {
    title: `Commands, Kafka ${line}`,
    version: `Kafka ${version}`,
    resources: 'topics of one partition with two configs, on three brokers',
    connection: { type: 'kafka', bootstrap: [...bootstrap] },
    filesOf: (resources) => {
      size = resources;
      return topicFiles(topicTopology(resources, `of-${resources}`));
    },
    more: (count) => `kafka: { topics: { ${flow(count, `more-${size}`, body)} } }\n`,
    fresh: (work) => work(),
    stop: () => cluster.stop(),
  });
}

export async function benchNatsCommands({ sizes, line }: Settings): Promise<Section> {
  const nats = await startNats(line);
  const { url, version } = nats;
  return benchCommands(sizes, {
    title: `Commands, NATS ${line}`,
    version: `NATS ${version}`,
    resources: 'streams with a durable consumer each',
    connection: { type: 'nats', servers: [url] },
    filesOf: (resources) => streamFiles(streamTopology(resources / 2)),
    more: (count) => `nats: { streams: { ${flow(count, 'MORE', '{}')} } }\n`,
    fresh: async (work) => {
      await work();
      await clear(url);
    },
    stop: () => nats.stop(),
  });
}

async function benchCommands(sizes: readonly number[], subject: Subject): Promise<Section> {
  const usages: Usage[] = [];
  try {
    usages.push(await measureEmpty());
    for (const resources of [10, ...sizes]) {
      await subject.fresh(async () => {
        usages.push(...(await measureSize(subject, resources)));
      });
    }
  } finally {
    await subject.stop();
  }
  return {
    title: subject.title,
    about: `Each command is a process of its own, from its start to its end, with reading and linting the files, on
${subject.resources}. The broker's own work is in the time, and in neither the CPU time nor the memory.`,
    with: [subject.version],
    usages,
    figures: [
      ...growthsOf(usages, NO_CHANGE, MOST_GROWTH),
      ...growthsOf(usages, ONE_CHANGE, MOST_GROWTH),
      ...growthsOf(usages, NEW),
    ],
  };
}

const NEW = '`apply`, all new';
const NO_CHANGE = '`plan`, no change';
const ONE_CHANGE = '`plan`, one change';

async function measureSize(subject: Subject, resources: number): Promise<Usage[]> {
  const project = new Project(subject.connection, subject.filesOf(resources));
  const rounds = roundsOf(resources);
  const measure = (
    what: string,
    args: readonly string[],
    times = rounds,
    prepare?: (round: number) => void,
  ) => measureCommand(project, { what, args, resources, rounds: times, ...(prepare && { prepare }) });
  const apply = ['apply', '--auto-approve'];
  const add = (count: number) => project.write('more.yaml', subject.more(count));
  try {
    return [
      await measure(NEW, apply, 1),
      await measure(NO_CHANGE, ['plan']),
      await measure('`apply`, no change', apply),
      await measure(ONE_CHANGE, ['plan'], rounds, () => add(1)),
      await measure('`apply`, one change', apply, rounds, (round) => add(round + 1)),
    ];
  } finally {
    project.remove();
  }
}

/** `more-0: {}, more-1: {}` */
function flow(count: number, name: string, body: string): string {
  return Array.from({ length: count }, (_, i) => `${name}-${i}: ${body}`).join(', ');
}
