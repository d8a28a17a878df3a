import { type LocalRabbit, startRabbit } from '../local/rabbitmq.ts';
import { CLI } from './built.ts';
import { alternate, cpuOf, type Ran, runNode, timeOf } from './measure.ts';
import { expectInSync, Project, plan } from './project.ts';
import { type KeyTopology, keyDefinitions, keyFiles, vhostDefinitions, vhostFiles } from './rabbitmq-keys.ts';
import { createVhost, declareKeys, deleteVhost, importDefinitions, list } from './rabbitmq-raw.ts';
import { type Figure, ratio, type Section } from './report.ts';
import type { Settings } from './settings.ts';

const VHOST = 'bench-large';
/** MiB */
const MEMORY = 400;

/** One vhost with 100,000 bindings, and 1,000 vhosts: ten times the largest size, and a tenth of it. */
export async function benchRabbitLarge({ sizes, line }: Settings): Promise<Section> {
  const size = Math.max(...sizes);
  const broker = await startRabbit(line);
  try {
    const topology = { queues: size / 10, keys: 100 };
    return {
      title: `RabbitMQ ${line}, large`,
      about: `Queues with 100 binding keys each in one vhost, and vhosts with an exchange, a queue and a binding each. A plan of
what is in sync is compared with fetching and parsing the same listings by node:http, an apply to an empty vhost with amqplib
that declares and binds the same over 32 channels. Commands are processes of their own, with reading and linting the files.`,
      with: [`RabbitMQ ${broker.version}`],
      figures: [
        ...(await measureBindings(broker, topology)),
        ...(await measureApply(broker, topology)),
        ...(await measureVhosts(broker, size / 10)),
      ],
    };
  } finally {
    await broker.stop();
  }
}

async function measureBindings(broker: LocalRabbit, topology: KeyTopology): Promise<Figure[]> {
  const project = projectOf(broker, keyFiles(topology, VHOST));
  try {
    await createVhost(broker, VHOST);
    await importDefinitions(broker, keyDefinitions(topology, VHOST));
    const times = await measurePlan(project, () => list(broker, VHOST));
    const what = `plan, ${count(topology)} bindings in sync`;
    return [...figuresOf(what, times), memory('… memory of the command', await run(project, 'plan'))];
  } finally {
    project.remove();
    await deleteVhost(broker, VHOST);
  }
}

async function measureApply(broker: LocalRabbit, topology: KeyTopology): Promise<Figure[]> {
  const project = projectOf(broker, keyFiles(topology, VHOST));
  const fresh = async <T>(work: () => Promise<T>): Promise<T> => {
    await createVhost(broker, VHOST);
    try {
      return await work();
    } finally {
      await deleteVhost(broker, VHOST);
    }
  };
  let applied: Ran | undefined;
  try {
    const times = await alternate(1, [
      async (timed) => {
        applied = await fresh(() => timed('apply', () => run(project, 'apply', '--auto-approve')));
      },
      (timed) => fresh(() => timed('raw', () => declareKeys(broker, VHOST, topology))),
    ]);
    const what = `the command apply, ${count(topology)} bindings new`;
    return [
      ratio(what, timeOf(times, 'apply'), timeOf(times, 'raw')),
      ...(applied ? [memory('… its memory', applied)] : []),
    ];
  } finally {
    project.remove();
  }
}

async function measureVhosts(broker: LocalRabbit, vhosts: number): Promise<Figure[]> {
  const project = projectOf(broker, vhostFiles(vhosts));
  try {
    await importDefinitions(broker, vhostDefinitions(vhosts));
    const times = await measurePlan(project, () => list(broker));
    return figuresOf(`plan, ${vhosts.toLocaleString('en-US')} vhosts in sync`, times);
  } finally {
    project.remove();
  }
}

function measurePlan(project: Project, raw: () => Promise<unknown>): Promise<Map<string, number>> {
  const checked = project.check();
  return alternate(3, [
    async (timed) => expectInSync(await timed('plan', () => plan(checked))),
    async (timed) => void (await timed('raw', raw)),
  ]);
}

function figuresOf(what: string, times: ReadonlyMap<string, number>): Figure[] {
  return [
    ratio(what, timeOf(times, 'plan'), timeOf(times, 'raw'), 2),
    ratio('… CPU time', timeOf(times, cpuOf('plan')), timeOf(times, cpuOf('raw'))),
  ];
}

async function run(project: Project, ...args: readonly string[]): Promise<Ran> {
  const ran = await runNode([CLI, ...args, '--timeout', '10m'], project.folder);
  if (ran.code !== 0) throw new Error(`${args[0]} exited with ${ran.code}:\n${ran.stdout.slice(0, 2000)}`);
  return ran;
}

function memory(what: string, { peakMemory }: Ran): Figure {
  return {
    what,
    ours: `${peakMemory.toFixed(0)} MiB`,
    value: peakMemory,
    target: MEMORY,
    unit: ' MiB',
  };
}

function projectOf({ url, management }: LocalRabbit, files: ReadonlyMap<string, string>): Project {
  return new Project({ type: 'rabbitmq', url, management }, files);
}

function count({ queues, keys }: KeyTopology): string {
  return (queues * keys).toLocaleString('en-US');
}
