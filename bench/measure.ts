import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Runs a part of the work on the clock, under this label, and gives its result. */
type Timed = <T>(label: string, part: () => T | Promise<T>) => Promise<T>;

/** One of the works that are compared. Only what it hands to `timed` counts: not its preparation or cleaning up. */
export type Work = (timed: Timed) => Promise<void>;

/** How often works are run, and how often before that, so that their code is compiled. */
export interface Rounds {
  readonly counted: number;
  readonly warmUp: number;
}

/**
 * Runs the works by turns, so that a machine that gets slower or busier meanwhile does so for all of them, and each
 * goes first as often as last.
 * @param rounds that count; one more before them warms up, if not said otherwise
 * @returns the median of each label, in milliseconds, and under {@link cpuOf} of the label that of the CPU time which
 *   this process took for it, its garbage collection included.
 */
export async function alternate(
  rounds: number | Rounds,
  works: readonly Work[],
): Promise<Map<string, number>> {
  const { counted, warmUp } = typeof rounds === 'number' ? { counted: rounds, warmUp: 1 } : rounds;
  const samples = new Map<string, number[]>();
  for (let round = 0; round < warmUp + counted; round++) {
    const timed: Timed = async (label, part) => {
      const start = performance.now();
      const cpuStart = process.cpuUsage();
      const result = await part();
      const elapsed = performance.now() - start;
      const { user, system } = process.cpuUsage(cpuStart);
      if (round === 0) keep(samples, firstOf(label), elapsed);
      if (round >= warmUp) {
        keep(samples, label, elapsed);
        keep(samples, cpuOf(label), (user + system) / 1000);
      }
      return result;
    };
    for (const work of round % 2 === 0 ? works : [...works].reverse()) await work(timed);
  }
  return new Map([...samples].map(([label, values]) => [label, median(values)]));
}

/** The label of the CPU time that goes with a label. */
export function cpuOf(label: string): string {
  return `${label}, CPU time`;
}

/** The label of the time that the first run of a label took: in a new process, with code that is not compiled yet. */
export function firstOf(label: string): string {
  return `${label}, first`;
}

function keep(samples: Map<string, number[]>, label: string, value: number): void {
  samples.set(label, [...(samples.get(label) ?? []), value]);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('nothing was measured');
  return (lower + upper) / 2;
}

/** The median of a label that must have been measured. */
export function timeOf(times: ReadonlyMap<string, number>, label: string): number {
  const time = times.get(label);
  if (time === undefined) throw new Error(`${label} was never measured`);
  return time;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  /** From its start to its end, in milliseconds. */
  readonly time: number;
  /** The most memory that it held at any time (resident set), in MiB. */
  readonly peakMemory: number;
  /** The processor time that it took from its start to its end, in milliseconds. */
  readonly cpu: number;
}

/** Loaded before the program: says on descriptor 3, at its end, what it took: KiB and µs, on every platform. */
const TELL_USAGE = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.once('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, maxRSS + ' ' + (userCPUTime + systemCPUTime));
  });
`)}`;

/** Runs node as a process of its own and waits for its end. @param errors what becomes of what it prints on stderr */
export async function runNode(
  args: readonly string[],
  cwd: string,
  errors: 'inherit' | 'ignore' = 'inherit',
): Promise<Ran> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', TELL_USAGE, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', errors, 'pipe'],
  });
  const [, out, , usage] = child.stdio;
  if (!out || !(usage instanceof Readable)) throw new Error('the child has no descriptor 3');
  const [stdout, told, [code]] = await Promise.all([
    text(out),
    text(usage),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  const [kibibytes, microseconds] = told.split(' ').map(Number);
  const time = performance.now() - start;
  return { code, stdout, time, peakMemory: (kibibytes ?? NaN) / 1024, cpu: (microseconds ?? NaN) / 1000 };
}
