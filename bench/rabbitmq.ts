import { type LocalRabbit, startRabbit } from '../local/rabbitmq.ts';
import { alternate, cpuOf, firstOf, type Rounds, timeOf } from './measure.ts';
import { apply, expectInSync, Project, plan } from './project.ts';
import { createVhost, declare, deleteVhost, list } from './rabbitmq-raw.ts';
import { type QueueTopology, queueTopology, toFiles } from './rabbitmq-topology.ts';
import { type Figure, growth, MOST_GROWTH, ratio, type Section } from './report.ts';
import type { Settings } from './settings.ts';

/** Median times of one size, in milliseconds. */
type Times = ReadonlyMap<string, number>;

/** Queues with as many bindings, on a real broker. */
export async function benchRabbit({ sizes, line }: Settings): Promise<Section> {
  const broker = await startRabbit(line);
  try {
    const plans = new Map<number, Times>();
    const applies = new Map<number, Times>();
    for (const size of sizes) {
      plans.set(size, await measurePlan(broker, queueTopology(size)));
      applies.set(size, await measureApply(broker, queueTopology(size)));
    }
    return {
      title: `RabbitMQ ${line}`,
      about: `Durable classic queues with a length limit, each bound once to a topic exchange. A plan of what is in sync
is compared with fetching and parsing the same four listings by node:http; an apply to an empty vhost, with its readings
before and after, with amqplib that declares and binds the same over 32 channels of one connection.
Ten plans and listings of 1,000 queues run before those that count, as code that V8 has not compiled yet is slower; a command
starts with such code, see the commands. Ten times as many may take as much longer as they take the raw client.
The CPU time is that of brokerform's own process: the broker's share of a large apply grows by itself.`,
      with: [`RabbitMQ ${broker.version}`],
      figures: [...planFigures(plans), ...applyFigures(applies)],
    };
  } finally {
    await broker.stop();
  }
}

async function measurePlan(broker: LocalRabbit, topology: QueueTopology): Promise<Times> {
  const vhost = 'bench-plan';
  await createVhost(broker, vhost);
  const project = projectOf(broker, topology, vhost);
  try {
    await declare(broker, vhost, topology);
    const checked = project.check();
    return await alternate(roundsOf(topology, { counted: 25, warmUp: 10 }), [
      async (timed) => expectInSync(await timed('plan', () => plan(checked))),
      async (timed) => expectInSync(await timed('check and plan', () => plan(project.check()))),
      async (timed) => {
        const [, queues = []] = await timed('raw', () => list(broker, vhost));
        if (queues.length !== topology.queues.length) throw new Error(`${queues.length} queues listed`);
      },
    ]);
  } finally {
    project.remove();
    await deleteVhost(broker, vhost);
  }
}

async function measureApply(broker: LocalRabbit, topology: QueueTopology): Promise<Times> {
  const vhost = 'bench-apply';
  const project = projectOf(broker, topology, vhost);
  const fresh = async (work: () => Promise<void>) => {
    await createVhost(broker, vhost);
    await work();
    await deleteVhost(broker, vhost);
  };
  try {
    const checked = project.check();
    return await alternate(roundsOf(topology, 5), [
      (timed) =>
        fresh(async () => {
          const made = await timed('plan', () => plan(checked));
          await timed('apply', () => apply(checked, made));
        }),
      (timed) => fresh(() => timed('raw', () => declare(broker, vhost, topology))),
    ]);
  } finally {
    project.remove();
  }
}

function projectOf(broker: LocalRabbit, topology: QueueTopology, vhost: string): Project {
  const { url, management } = broker;
  return new Project({ type: 'rabbitmq', url, management }, toFiles(topology, vhost));
}

/** Large topologies take long, and vary less. */
function roundsOf({ queues }: QueueTopology, most: Rounds | number): Rounds | number {
  return queues.length > 2000 ? 3 : most;
}

function planFigures(plans: ReadonlyMap<number, Times>): Figure[] {
  const each = [...plans].flatMap(([size, times]) => [
    ratio(`plan, ${count(size)} in sync`, timeOf(times, 'plan'), timeOf(times, 'raw'), 1.5),
    ratio('… the first of all', timeOf(times, firstOf('plan')), timeOf(times, firstOf('raw'))),
    ratio(`… with reading and linting the files`, timeOf(times, 'check and plan'), timeOf(times, 'raw')),
  ]);
  return [...each, ...growths(plans, 'plan')];
}

function applyFigures(applies: ReadonlyMap<number, Times>): Figure[] {
  const each = [...applies].flatMap(([size, times]) => {
    const applied = timeOf(times, 'apply');
    return [
      ratio(`apply, ${count(size)} new`, applied, timeOf(times, 'raw'), 1.3),
      ratio('… with making its plan', timeOf(times, 'plan') + applied, timeOf(times, 'raw')),
    ];
  });
  return [...each, ...growths(applies, 'apply')];
}

/** Of the sizes that are ten times each other. The raw client's own growth is the broker's. */
function growths(all: ReadonlyMap<number, Times>, label: string): Figure[] {
  return [...all].flatMap(([size, small]) => {
    const large = all.get(size * 10);
    if (!large) return [];
    const broker = timeOf(large, 'raw') / timeOf(small, 'raw');
    const most = Math.max(MOST_GROWTH, Number(broker.toFixed(2)));
    return [
      growth(`${label}, ten times as many`, timeOf(small, label), timeOf(large, label), most),
      growth('… its own CPU time', timeOf(small, cpuOf(label)), timeOf(large, cpuOf(label)), MOST_GROWTH),
      growth('… raw client', timeOf(small, 'raw'), timeOf(large, 'raw')),
    ];
  });
}

function count(size: number): string {
  return `${size.toLocaleString('en-US')} queues`;
}
