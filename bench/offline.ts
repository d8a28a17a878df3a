import { CLI } from './built.ts';
import { alternate, cpuOf, median, runNode, timeOf } from './measure.ts';
import { measurePackage } from './package-size.ts';
import { Project } from './project.ts';
import { queueTopology, toFiles, withAnchors } from './rabbitmq-topology.ts';
import { type Figure, growth, type Section } from './report.ts';
import type { Settings } from './settings.ts';
import { measureStart } from './start.ts';

const ROUNDS = 5;

/** What needs no broker. */
export async function benchOffline({ sizes }: Settings): Promise<Section> {
  const large = Math.max(...sizes);
  const files = toFiles(queueTopology(large), 'bench');
  return {
    title: 'Offline',
    about: `\`validate\` is a process of its own, on queues and as many bindings in files of 1,000 queues; memory is its
largest resident set. Small projects have two resources, and are planned against a closed port; of these, the
processor time is compared with that of an empty program. Reading and linting are measured in one process, where ten times as many
need more of the heap and of the processor's cache; what a command takes for them is among the commands. The package is packed and installed with the dependencies that users get.`,
    with: [],
    figures: [
      ...(await measureStart()),
      ...(await measureValidate(`validate, ${count(2 * large)}`, files)),
      ...(await measureValidate('… with anchors', withAnchors(files))),
      ...(await measureGrowth(sizes)),
      ...packageFigures(),
    ],
  };
}

async function measureValidate(what: string, files: ReadonlyMap<string, string>): Promise<Figure[]> {
  const project = new Project({ type: 'rabbitmq', url: 'amqp://localhost' }, files);
  const memory: number[] = [];
  try {
    const times = await alternate(ROUNDS, [
      async (timed) => {
        const ran = await timed('validate', () => runNode([CLI, 'validate'], project.folder));
        if (ran.code !== 0)
          throw new Error(`validate exited with ${ran.code}:\n${ran.stdout.slice(0, 2000)}`);
        memory.push(ran.peakMemory);
      },
    ]);
    const seconds = timeOf(times, 'validate') / 1000;
    const mebibytes = median(memory);
    return [
      { what, ours: `${seconds.toFixed(2)} s`, value: seconds, target: 2, unit: ' s' },
      {
        what: '… its memory',
        ours: `${mebibytes.toFixed(0)} MiB`,
        value: mebibytes,
        target: 400,
        unit: ' MiB',
      },
    ];
  } finally {
    project.remove();
  }
}

/**
 * In this process, so that the start of one does not make the small size look large; and ten small ones in a row, so
 * that their garbage is collected in the time that counts, as that of the large one is.
 */
async function measureGrowth(sizes: readonly number[]): Promise<Figure[]> {
  const [small] = sizes.filter((size) => sizes.includes(size * 10));
  if (small === undefined) return [];
  const projects = [small, small * 10].map(
    (size) =>
      new Project({ type: 'rabbitmq', url: 'amqp://localhost' }, toFiles(queueTopology(size), 'bench')),
  );
  try {
    const times = await alternate(
      { counted: 15, warmUp: 2 },
      projects.map((project, i) => async (timed) => {
        const rounds = i === 0 ? 10 : 1;
        await timed(String(i), () => {
          for (let done = 0; done < rounds; done++) project.check();
        });
      }),
    );
    return [
      growth('reading and linting, ten times as many', timeOf(times, '0') / 10, timeOf(times, '1')),
      growth('… CPU time', timeOf(times, cpuOf('0')) / 10, timeOf(times, cpuOf('1'))),
    ];
  } finally {
    for (const project of projects) project.remove();
  }
}

function packageFigures(): Figure[] {
  const { bytes, strays } = measurePackage();
  const megabytes = bytes / 1e6;
  return [
    {
      what: 'installed package with its dependencies',
      ours: `${megabytes.toFixed(1)} MB`,
      value: megabytes,
      target: 6.5,
      unit: ' MB',
    },
    {
      what: 'files in it that only developers need',
      ours: strays.join(', ') || 'none',
      value: strays.length,
      target: 0,
      unit: '',
    },
  ];
}

function count(resources: number): string {
  return `${resources.toLocaleString('en-US')} resources`;
}
