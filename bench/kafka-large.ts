import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { type LocalKafka, startKafka, Unavailable } from '../local/kafka.ts';
import { CLI } from './built.ts';
import { list } from './kafka-raw.ts';
import { type BenchTopic, toFiles, topicTopology } from './kafka-topology.ts';
import { alternate, cpuOf, type Ran, runNode, timeOf } from './measure.ts';
import { expectInSync, Project, plan } from './project.ts';
import { type Figure, ratio, type Section } from './report.ts';
import type { Settings } from './settings.ts';

const PARTITIONS = 10;

/** Partitions of one broker: each takes a file, two maps of memory and some 25 KiB of heap. */
const A_BROKER = { partitions: 15_000, files: 17_000, maps: 40_000, heap: 1_000 };

/** The largest size of topics, with ten partitions each: as many brokers as that takes, one of them the controller. */
export async function benchKafkaLarge({ sizes, line }: Settings): Promise<Section> {
  const size = Math.max(...sizes);
  const brokers = Math.ceil((size * PARTITIONS) / A_BROKER.partitions);
  checkRoom(brokers);
  const cluster = await startKafka(line, { brokers, controllers: 1, heap: A_BROKER.heap, properties });
  try {
    const topics = topicTopology(size, 'large', PARTITIONS);
    const project = new Project({ type: 'kafka', bootstrap: [...cluster.bootstrap] }, toFiles(topics));
    const figures = await measure(cluster, project, topics).finally(() => project.remove());
    return {
      title: `Kafka ${line}, large`,
      about: `Topics of ten partitions with two configs, on ${brokers} brokers, one of them the controller. The plan of what is in sync
is compared with kafkajs that reads the same, all metadata and the configs of all topics with their sources, 500 topics a
request. Commands are processes of their own, with reading and linting the files.`,
      with: [`Kafka ${cluster.version}`],
      figures,
    };
  } finally {
    await cluster.stop();
  }
}

/** Small files, and no broker that is taken for dead while it makes them. */
const properties = [
  'broker.session.timeout.ms=60000',
  'log.index.size.max.bytes=4096',
  'log.cleaner.enable=false',
  'log.retention.check.interval.ms=3600000',
];

/** @throws Unavailable where a process may not have the files and maps of a broker, or memory is too small for all */
function checkRoom(brokers: number): void {
  const files = Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  const maps = Number(readFileSync('/proc/sys/vm/max_map_count', 'utf8'));
  const memory = freemem() / 2 ** 20;
  const needed = brokers * A_BROKER.heap * 1.3;
  const lacking = [
    ...(files < A_BROKER.files ? [`a process may open ${files} files, and needs ${A_BROKER.files}`] : []),
    ...(maps < A_BROKER.maps ? [`vm.max_map_count is ${maps}, and ${A_BROKER.maps} are needed`] : []),
    ...(memory < needed ? [`${memory.toFixed(0)} MiB of memory are free, and ${needed} are needed`] : []),
  ];
  if (lacking.length > 0) throw new Unavailable(`a cluster of ${brokers} brokers`, lacking.join('; '));
}

async function measure(
  cluster: LocalKafka,
  project: Project,
  topics: readonly BenchTopic[],
): Promise<Figure[]> {
  const what = `${topics.length.toLocaleString('en-US')} topics of ${PARTITIONS} partitions`;
  const applied = await run(project, 'apply', '--auto-approve');
  const checked = project.check();
  const times = await alternate(3, [
    async (timed) => expectInSync(await timed('plan', () => plan(checked))),
    async (timed) => {
      const { configs } = await timed('raw', () => list(cluster.bootstrap));
      if (configs < topics.length) throw new Error(`configs of ${configs} topics`);
    },
  ]);
  const planned = await run(project, 'plan', '--detailed-exitcode');
  return [
    ratio(`plan, ${what} in sync`, timeOf(times, 'plan'), timeOf(times, 'raw'), 1.5),
    ratio('… CPU time', timeOf(times, cpuOf('plan')), timeOf(times, cpuOf('raw'))),
    ...commandFigures('the command plan', planned),
    ...commandFigures('the command apply, all of them new', applied),
  ];
}

async function run(project: Project, ...args: readonly string[]): Promise<Ran> {
  const ran = await runNode([CLI, ...args], project.folder);
  if (ran.code !== 0) throw new Error(`${args[0]} exited with ${ran.code}:\n${ran.stdout.slice(0, 2000)}`);
  return ran;
}

function commandFigures(what: string, { time, cpu, peakMemory }: Ran): Figure[] {
  const seconds = (of: string, milliseconds: number): Figure => {
    const value = milliseconds / 1000;
    return { what: of, ours: `${value.toFixed(2)} s`, value, unit: ' s' };
  };
  return [
    seconds(what, time),
    seconds('… its own CPU time', cpu),
    { what: '… its memory', ours: `${peakMemory.toFixed(0)} MiB`, value: peakMemory, unit: ' MiB' },
  ];
}
