import { type LocalNats, startNats } from '../local/nats.ts';
import { alternate, cpuOf, timeOf } from './measure.ts';
import { clear, declare, list } from './nats-raw.ts';
import { type StreamTopology, streamTopology, toFiles } from './nats-topology.ts';
import { apply, expectInSync, Project, plan } from './project.ts';
import { type Figure, ratio, type Section } from './report.ts';
import type { Settings } from './settings.ts';

/** Above this a server takes longer to make the streams than all else takes together. */
const MOST = 1000;

/** A plan alone is measured of so many streams with two consumers each: a listing of them is a request a stream. */
const MANY = 2000;

/** Streams with their consumers, on a real server. */
export async function benchNats({ sizes, line }: Settings): Promise<Section> {
  const nats = await startNats(line);
  try {
    const figures: Figure[] = [];
    for (const size of sizes.filter((one) => one <= MOST)) {
      figures.push(
        ...(await measurePlan(nats, streamTopology(size), count(size))),
        ...(await measureApply(nats, size)),
      );
    }
    if (sizes.some((one) => one >= MANY)) {
      const what = `${MANY.toLocaleString('en-US')} streams with two consumers each`;
      figures.push(...(await measurePlan(nats, streamTopology(MANY, 2), what)));
    }
    return {
      title: `NATS ${line}`,
      about: `Streams with an age limit on file storage, each with durable consumers with a filter. A plan of what is in
sync is compared with fetching and parsing the same pages of streams and lists of consumers, 256 at a time; an apply to an
empty server, with its readings before and after, with the same creations by raw requests, 256 at a time.`,
      with: [`NATS ${nats.version}`],
      figures,
    };
  } finally {
    await nats.stop();
  }
}

async function measurePlan({ url }: LocalNats, topology: StreamTopology, what: string): Promise<Figure[]> {
  const project = projectOf(url, topology);
  const expected = topology.streams.flatMap((stream) => stream.consumers).length;
  try {
    await declare(url, topology);
    const checked = project.check();
    const times = await alternate({ counted: 15, warmUp: 3 }, [
      async (timed) => expectInSync(await timed('plan', () => plan(checked))),
      async (timed) => expectInSync(await timed('check and plan', () => plan(project.check()))),
      async (timed) => {
        const { streams, consumers } = await timed('raw', () => list(url));
        if (streams.length !== topology.streams.length || consumers.length !== expected) {
          throw new Error('not all are listed');
        }
      },
    ]);
    const cpu = (label: string) => timeOf(times, cpuOf(label));
    return [
      ratio(`plan, ${what} in sync`, timeOf(times, 'plan'), timeOf(times, 'raw'), 1.5),
      ratio('… CPU time', cpu('plan'), cpu('raw')),
      ratio('… with reading and linting the files', timeOf(times, 'check and plan'), timeOf(times, 'raw')),
    ];
  } finally {
    project.remove();
    await clear(url);
  }
}

async function measureApply({ url }: LocalNats, size: number): Promise<Figure[]> {
  const project = projectOf(url, streamTopology(size));
  try {
    const checked = project.check();
    const times = await alternate(5, [
      async (timed) => {
        const made = await timed('plan', () => plan(checked));
        await timed('apply', () => apply(checked, made));
        await clear(url);
      },
      async (timed) => {
        await timed('raw', () => declare(url, streamTopology(size)));
        await clear(url);
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

function projectOf(url: string, topology: StreamTopology): Project {
  return new Project({ type: 'nats', servers: [url] }, toFiles(topology));
}

function count(size: number): string {
  return `${size.toLocaleString('en-US')} streams with a consumer each`;
}
