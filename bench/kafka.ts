import { type LocalKafka, startKafka } from '../local/kafka.ts';
import { create, list, remove } from './kafka-raw.ts';
import { type BenchTopic, toFiles, topicTopology } from './kafka-topology.ts';
import { alternate, cpuOf, timeOf } from './measure.ts';
import { apply, expectInSync, Project, plan } from './project.ts';
import { type Figure, growth, MOST_GROWTH, ratio, type Section } from './report.ts';
import type { Settings } from './settings.ts';

/** Above this the brokers take longer to make and delete logs than all else takes together. */
const MOST_APPLIED = 1000;

type Times = ReadonlyMap<string, number>;

/** Topics with two configs each, on a real cluster of three brokers. */
export async function benchKafka({ sizes, line }: Settings): Promise<Section> {
  const cluster = await startKafka(line);
  try {
    const plans = new Map<number, Times>();
    const applies: Figure[] = [];
    for (const size of sizes) {
      plans.set(size, await measurePlan(cluster, size));
      if (size <= MOST_APPLIED) applies.push(...(await measureApply(cluster, size)));
    }
    return {
      title: `Kafka ${line}`,
      about: `Topics of one partition with two configs, on three brokers. A plan of what is in sync is compared with kafkajs
that reads the same, all metadata and the configs of all topics with their sources, 500 topics a request; an apply of new
topics, with its readings before and after, with kafkajs that creates them in the same batches and waits for leaders.`,
      with: [`Kafka ${cluster.version}`],
      figures: [...planFigures(plans), ...applies],
    };
  } finally {
    await cluster.stop();
  }
}

async function measurePlan({ bootstrap }: LocalKafka, size: number): Promise<Times> {
  const topics = topicTopology(size, 'plan');
  const project = projectOf(bootstrap, topics);
  try {
    await create(bootstrap, topics);
    const checked = project.check();
    return await alternate(size > 2000 ? 5 : 9, [
      async (timed) => expectInSync(await timed('plan', () => plan(checked))),
      async (timed) => expectInSync(await timed('check and plan', () => plan(project.check()))),
      async (timed) => {
        const { configs } = await timed('raw', () => list(bootstrap));
        if (configs < size) throw new Error(`configs of ${configs} topics`);
      },
    ]);
  } finally {
    project.remove();
    await remove(bootstrap, topics);
  }
}

async function measureApply({ bootstrap }: LocalKafka, size: number): Promise<Figure[]> {
  const topics = topicTopology(size, 'apply');
  const project = projectOf(bootstrap, topics);
  try {
    const checked = project.check();
    const times = await alternate(3, [
      async (timed) => {
        const made = await timed('plan', () => plan(checked));
        await timed('apply', () => apply(checked, made));
        await remove(bootstrap, topics);
      },
      async (timed) => {
        await timed('raw', () => create(bootstrap, topics));
        await remove(bootstrap, topics);
      },
    ]);
    const applied = timeOf(times, 'apply');
    return [
      ratio(`apply, ${count(size)} new`, applied, timeOf(times, 'raw'), 1.3),
      ratio('… with making its plan', timeOf(times, 'plan') + applied, timeOf(times, 'raw')),
    ];
  } finally {
    project.remove();
  }
}

function planFigures(plans: ReadonlyMap<number, Times>): Figure[] {
  return [...plans].flatMap(([size, times]) => {
    const large = plans.get(size * 10);
    return [
      ratio(`plan, ${count(size)} in sync`, timeOf(times, 'plan'), timeOf(times, 'raw'), 1.5),
      ratio('… with reading and linting the files', timeOf(times, 'check and plan'), timeOf(times, 'raw')),
      ...(large
        ? [
            growth('plan, ten times as many', timeOf(times, 'plan'), timeOf(large, 'plan'), MOST_GROWTH),
            growth(
              '… its own CPU time',
              timeOf(times, cpuOf('plan')),
              timeOf(large, cpuOf('plan')),
              MOST_GROWTH,
            ),
            growth('… raw client', timeOf(times, 'raw'), timeOf(large, 'raw')),
          ]
        : []),
    ];
  });
}

function projectOf(bootstrap: readonly string[], topics: readonly BenchTopic[]): Project {
  return new Project({ type: 'kafka', bootstrap: [...bootstrap] }, toFiles(topics));
}

function count(size: number): string {
  return `${size.toLocaleString('en-US')} topics`;
}
