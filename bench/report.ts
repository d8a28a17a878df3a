import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** One measured figure. */
export interface Figure {
  readonly what: string;
  /** What brokerform took, with its unit. */
  readonly ours: string;
  /** What the raw client, or whatever it is compared with, took. */
  readonly raw?: string;
  readonly value: number;
  /** The most that `value` should be; absent where the figure only informs. */
  readonly target?: number;
  /** Of `value` and `target`. */
  readonly unit: '×' | ' s' | ' MiB' | ' MB' | '';
}

/** What a command took as a process of its own. */
export interface Usage {
  readonly command: string;
  /** How many resources are declared; absent for what has none. */
  readonly resources?: number;
  /** From its start to its end, in milliseconds. */
  readonly time: number;
  /** Of all processors, in milliseconds. */
  readonly cpu: number;
  /** The most at any time (resident set), in MiB. */
  readonly memory: number;
}

/** One part of the results, measured in one run. */
export interface Section {
  readonly title: string;
  /** How the figures came about: what is compared with what. */
  readonly about: string;
  /** What else was part of it, such as a broker and its version. */
  readonly with: readonly string[];
  /** What users feel, before the figures. */
  readonly usages?: readonly Usage[];
  readonly figures: readonly Figure[];
}

const FILE = new URL('RESULTS.md', import.meta.url);

const HEAD = `# Benchmark results

Written by \`npm run bench\`, which measures all but the moves of messages and the routing, or by
\`npm run bench -- <section>\`, which measures one section anew and leaves the others. Each ratio compares brokerform with a raw client that does the same work in the same run:
both take turns, and the medians are compared. What is shipped is measured, \`dist\`. No test asserts a target, as a
time depends on the machine.
`;

/** Puts the section into the results file, in the place of the one with the same title. */
export function writeSection(section: Section, command: string): void {
  const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : HEAD;
  const [, ...parts] = text.split(/^(?=## )/m);
  const heading = `## ${section.title}\n`;
  const others = parts.filter((part) => !part.startsWith(heading)).map((part) => part.trim());
  const all = [...others, `${heading}\n${renderSection(section, command)}`].sort();
  writeFileSync(FILE, `${[HEAD.trim(), ...all].join('\n\n')}\n`);
}

export function renderSection({ about, with: others, usages, figures }: Section, command: string): string {
  const parts = [
    about,
    `${machine(others)}\nCommand: \`${command}\``,
    ...(usages
      ? [tableOf(['command', 'resources', 'time', 'CPU time', 'memory'], usages.map(usageCells))]
      : []),
    ...(figures.length > 0
      ? [tableOf(['', 'brokerform', 'raw', 'figure', 'target', 'met'], figures.map(cells))]
      : []),
  ];
  return parts.join('\n\n');
}

/** Words on the left and in the last column of figures, numbers on the right. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const alignments = head.map((name, i) => (i === 0 || name === 'met' ? '---' : '---:'));
  return [head, alignments, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function usageCells({ command, resources, time, cpu, memory }: Usage): string[] {
  const count = resources?.toLocaleString('en-US') ?? '';
  return [command, count, duration(time), duration(cpu), `${memory.toFixed(0)} MiB`];
}

function cells({ what, ours, raw = '', value, target, unit }: Figure): string[] {
  const shown = `${value.toFixed(digits(unit))}${unit}`;
  if (target === undefined) return [what, ours, raw, shown, '', ''];
  return [what, ours, raw, shown, `≤ ${target}${unit}`, value <= target ? 'yes' : '**no**'];
}

function digits(unit: Figure['unit']): number {
  return unit === '×' || unit === ' s' ? 2 : unit === ' MB' ? 1 : 0;
}

function machine(others: readonly string[]): string {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  const load = `load average ${loadavg()
    .slice(0, 2)
    .map((one) => one.toFixed(1))
    .join(' and ')} (1 and 5 minutes, at the end)`;
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model.trim()})`;
  return `${date} UTC, ${[cores, memory, `Node ${process.versions.node}`, ...others, load].join(', ')}.\n`;
}

/** The most that ten times the resources may take, in time and in memory. */
export const MOST_GROWTH = 10.5;

/** Compares two times, in milliseconds. */
export function ratio(what: string, ours: number, raw: number, target?: number): Figure {
  return {
    what,
    ours: duration(ours),
    raw: duration(raw),
    value: ours / raw,
    unit: '×',
    ...(target !== undefined && { target }),
  };
}

/** How much longer brokerform takes for ten times the resources, where the sizes are ten times each other. */
export function growth(what: string, small: number, large: number, target?: number): Figure {
  return {
    what,
    ours: `${duration(small)} → ${duration(large)}`,
    value: large / small,
    unit: '×',
    ...(target !== undefined && { target }),
  };
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
