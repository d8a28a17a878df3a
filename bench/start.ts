import { CLI } from './built.ts';
import { median, runNode } from './measure.ts';
import { Project } from './project.ts';
import { type Figure, ratio } from './report.ts';

const ROUNDS = 15;

/** Where nothing listens. */
const CLOSED = '127.0.0.1:1';

type Broker = { readonly type: string } & Readonly<Record<string, unknown>>;

const SMALL: readonly [broker: Broker, topology: string][] = [
  [
    { type: 'rabbitmq', url: `amqp://${CLOSED}`, management: `http://${CLOSED}` },
    'rabbitmq: { exchanges: { orders: { type: topic } }, queues: { orders: { bindings: [{ from: orders, key: "#" }] } } }',
  ],
  [
    { type: 'kafka', bootstrap: [CLOSED] },
    'kafka: { topics: { orders: { partitions: 3 }, events: { partitions: 3 } } }',
  ],
  [
    { type: 'nats', servers: [`nats://${CLOSED}`] },
    'nats: { streams: { ORDERS: { subjects: [orders] }, EVENTS: { subjects: [events] } } }',
  ],
];

interface Command {
  readonly what: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** The code that it must exit with. */
  readonly code: number;
}

/** The processor time and memory of commands in small projects, beside those of an empty program. */
export async function measureStart(): Promise<Figure[]> {
  const projects = SMALL.map(([broker, topology]) => ({
    type: broker.type,
    project: new Project(broker, new Map([['small.yaml', topology]])),
  }));
  const commands: Command[] = [
    { what: '`--version`', args: ['--version'], folder: '.', code: 0 },
    ...projects.flatMap(({ type, project: { folder } }) => [
      { what: `\`validate\`, small project, ${type}`, args: ['validate'], folder, code: 0 },
      { what: `\`plan\`, small project, ${type}`, args: ['plan'], folder, code: 1 },
    ]),
  ];
  try {
    return await compare(commands);
  } finally {
    for (const { project } of projects) project.remove();
  }
}

/** By turns with the empty program, so that a busy machine is busy for all of them. */
async function compare(commands: readonly Command[]): Promise<Figure[]> {
  const empty: number[] = [];
  const usages = commands.map((command) => ({ command, cpu: [] as number[], memory: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    empty.push((await runNode(['-e', '0'], '.')).cpu);
    for (const { command, cpu, memory } of usages) {
      const errors = command.code === 0 ? 'inherit' : 'ignore';
      const ran = await runNode([CLI, ...command.args], command.folder, errors);
      if (ran.code !== command.code)
        throw new Error(`${command.what} exited with ${ran.code}:\n${ran.stdout}`);
      cpu.push(ran.cpu);
      memory.push(ran.peakMemory);
    }
  }
  return usages.flatMap(({ command: { what }, cpu, memory }) => {
    const mebibytes = median(memory);
    return [
      ratio(`${what}: CPU time against \`node -e 0\``, median(cpu), median(empty), 3),
      {
        what: '… its memory',
        ours: `${mebibytes.toFixed(0)} MiB`,
        value: mebibytes,
        target: 60,
        unit: ' MiB',
      },
    ];
  });
}
