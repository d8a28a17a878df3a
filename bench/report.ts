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

/** One part of the results, measured in one run. */
export interface Section {
  readonly title: string;
  /** How the figures came about: what is compared with what. */
  readonly about: string;
  /** What else was part of it, such as a broker and its version. */
  readonly with: readonly string[];
  readonly figures: readonly Figure[];
}

const FILE = new URL('RESULTS.md', import.meta.url);

const HEAD = `# Benchmark results

Written by \`npm run bench\`, which measures all of it, or \`npm run bench -- <section>\`, which measures one section
anew and leaves the others. Each ratio compares brokerform with a raw client that does the same work in the same run:
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

export function renderSection(section: Section, command: string): string {
  const rows = [
    ['', 'brokerform', 'raw', 'figure', 'target', 'met'],
    ['---', '---:', '---:', '---:', '---:', '---'],
    ...section.figures.map(cells),
  ];
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `${section.about}\n\n${machine(section.with)}\nCommand: \`${command}\`\n\n${table}`;
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
