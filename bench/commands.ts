import { CLI } from './built.ts';
import { median, type Ran, runNode } from './measure.ts';
import type { Project } from './project.ts';
import { type Figure, growth, type Usage } from './report.ts';

/** A command as users run it. */
interface Command {
  readonly what: string;
  readonly args: readonly string[];
  /** Of the project that it runs in. */
  readonly resources: number;
  readonly rounds: number;
  /** Before each round, beside the clock. */
  readonly prepare?: (round: number) => void;
}

/** Runs a command some times and gives the median of each figure. @throws when it fails: it must not count */
export async function measureCommand(project: Project, command: Command): Promise<Usage> {
  const runs: Ran[] = [];
  for (let round = 0; round < command.rounds; round++) {
    command.prepare?.(round);
    const ran = await runNode([CLI, ...command.args], project.folder, 'ignore');
    if (ran.code !== 0)
      throw new Error(`${command.what} exited with ${ran.code}:\n${ran.stdout.slice(0, 2000)}`);
    runs.push(ran);
  }
  return usageOf(command.what, runs, command.resources);
}

/** The base of all figures: Node.js with an empty program. */
export async function measureEmpty(rounds = 15): Promise<Usage> {
  const runs: Ran[] = [];
  for (let round = 0; round < rounds; round++) runs.push(await runNode(['-e', '0'], '.'));
  return usageOf('`node -e 0`', runs);
}

function usageOf(command: string, runs: readonly Ran[], resources?: number): Usage {
  return {
    command,
    ...(resources !== undefined && { resources }),
    time: median(runs.map(({ time }) => time)),
    cpu: median(runs.map(({ cpu }) => cpu)),
    memory: median(runs.map(({ peakMemory }) => peakMemory)),
  };
}

/** Large projects take long, and vary less. */
export function roundsOf(resources: number): number {
  return resources < 10_000 ? 5 : resources < 100_000 ? 3 : 1;
}

/** How a command grows, wherever it was measured with ten times the resources. */
export function growthsOf(usages: readonly Usage[], what: string, target?: number): Figure[] {
  const ofCommand = usages.filter(({ command, resources = 0 }) => command === what && resources >= 1000);
  return ofCommand.flatMap((small) => {
    const large = ofCommand.find(({ resources }) => resources === 10 * (small.resources ?? 0));
    if (!large) return [];
    const sizes = [small, large].map(({ resources = 0 }) => resources.toLocaleString('en-US')).join(' to ');
    return [
      growth(`${what}, ${sizes} resources`, small.time, large.time, target),
      growth('… CPU time', small.cpu, large.cpu, target),
      { ...growth('… memory', small.memory, large.memory, target), ours: memories(small, large) },
    ];
  });
}

function memories(...usages: readonly Usage[]): string {
  return usages.map(({ memory }) => `${memory.toFixed(0)} MiB`).join(' → ');
}
