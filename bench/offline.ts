import { CLI } from './built.ts';
import { alternate, median, runNode, runNodeWithMemory, type Timed, timeOf } from './measure.ts';
import { measurePackage } from './package-size.ts';
import { Project } from './project.ts';
import { queueTopology, toFiles, withAnchors } from './rabbitmq-topology.ts';
import { type Figure, growth, ratio, type Section } from './report.ts';
import type { Settings } from './settings.ts';

const ROUNDS = 5;

/** What needs no broker. */
export async function benchOffline({ sizes }: Settings): Promise<Section> {
  const large = Math.max(...sizes);
  const files = toFiles(queueTopology(large), 'bench');
  return {
    title: 'Offline',
    about: `\`validate\` is a process of its own, on queues and as many bindings in files of 1,000 queues; memory is its
largest resident set. The package is packed and installed with the dependencies that users get.`,
    with: [],
    figures: [
      await measureStart(),
      ...(await measureValidate(`validate, ${count(2 * large)}`, files)),
      ...(await measureValidate('… with anchors', withAnchors(files))),
      ...(await measureGrowth(sizes)),
      ...packageFigures(),
    ],
  };
}

async function measureStart(): Promise<Figure> {
  const start = (label: string, args: string[]) => async (timed: Timed) => {
    const { code } = await timed(label, () => runNode(args, '.'));
    if (code !== 0) throw new Error(`${label} exited with ${code}`);
  };
  const times = await alternate(20, [start('ours', [CLI, '--version']), start('raw', ['-e', '0'])]);
  return ratio('`brokerform --version` against `node -e 0`', timeOf(times, 'ours'), timeOf(times, 'raw'), 2);
}

async function measureValidate(what: string, files: ReadonlyMap<string, string>): Promise<Figure[]> {
  const project = new Project({ type: 'rabbitmq', url: 'amqp://localhost' }, files);
  const memory: number[] = [];
  try {
    const times = await alternate(ROUNDS, [
      async (timed) => {
        const ran = await timed('validate', () => runNodeWithMemory([CLI, 'validate'], project.folder));
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

/** In this process, so that the start of one does not make the small size look large. */
async function measureGrowth(sizes: readonly number[]): Promise<Figure[]> {
  const [small] = sizes.filter((size) => sizes.includes(size * 10));
  if (small === undefined) return [];
  const projects = [small, small * 10].map(
    (size) =>
      new Project({ type: 'rabbitmq', url: 'amqp://localhost' }, toFiles(queueTopology(size), 'bench')),
  );
  try {
    const times = await alternate(
      ROUNDS,
      projects.map((project, i) => async (timed) => {
        await timed(String(i), () => project.check());
      }),
    );
    return [growth('reading and linting, ten times as many', timeOf(times, '0'), timeOf(times, '1'), 11)];
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
      target: 15,
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
