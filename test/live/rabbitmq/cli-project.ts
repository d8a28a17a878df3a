import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, inject } from 'vitest';
import type { SharedRabbit } from '../../../local/shared-brokers.ts';
import { type ApplyReport, encodeSegment, makeAddress, type StepStatus } from '../../../src/model/index.ts';
import { type Ended, mainArguments } from '../../cli/run-cli.ts';
import { Management } from './management.ts';

const LINES = ['old', 'current'] as const;
export type Line = (typeof LINES)[number];

/**
 * The same tests on both lines, side by side, as most of the time one waits for a process or a broker; the tests of
 * one line run one after the other. Once a file, or all of its suites run at once.
 */
export function eachLine(title: string, define: (line: Line) => void): void {
  for (const line of LINES) {
    describe.concurrent(title.replace('%s', line), () => {
      describe.sequential('through the command line', () => define(line));
    });
  }
}

/** The shared broker of a line; where it cannot be had, tests that need it are to be skipped. */
export function sharedBroker(line: Line): SharedRabbit & { readonly missing: boolean } {
  const shared = inject('rabbitmq')[line];
  return shared ? { ...shared, missing: false } : { url: '', management: '', version: line, missing: true };
}

export interface Running {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** A project in a folder of its own, about a vhost of its own, worked on by the command line alone. */
export class CliProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'brokerform-days-'));
  readonly vhost: string;
  readonly broker: Management;
  readonly #env: Record<string, string>;
  readonly #management: string;

  constructor(broker: { url: string; management: string }, vhost = freshVhost()) {
    this.vhost = vhost;
    this.broker = new Management(broker.management);
    this.#management = broker.management;
    this.#env = { URL: broker.url, MANAGEMENT: broker.management };
    this.configure();
  }

  /** Writes brokerform.yaml: the only broker is where $URL and $MANAGEMENT say, and the vhost is ours. */
  configure(more: object = {}, connection: object = {}): void {
    const v = encodeSegment(this.vhost);
    this.write('brokerform.yaml', {
      project: 'shop',
      topologies: ['topology.yaml'],
      brokers: {
        main: { type: 'rabbitmq', url: variable('URL'), management: variable('MANAGEMENT'), ...connection },
      },
      owns: { main: [`queue/${v}/*`, `exchange/${v}/*`, `binding/${v}/**`] },
      ...more,
    });
  }

  /** Writes the topology: the body of the vhost, and what stands beside vhosts. */
  declare(body: object, beside: object = {}): void {
    const { retired, ...rest } = beside as { retired?: readonly string[] };
    const rabbitmq = { vhosts: { [this.vhost]: body }, ...rest };
    this.write('topology.yaml', { rabbitmq, ...(retired && { retired }) });
  }

  /** A text as it is, anything else as JSON, which YAML contains. */
  write(name: string, data: unknown): void {
    writeFileSync(this.path(name), typeof data === 'string' ? data : JSON.stringify(data));
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  address(kind: string, ...path: readonly string[]): string {
    return makeAddress('main', kind, this.vhost, ...path);
  }

  /** Sets environment variables of all commands from now on. */
  set(variables: Readonly<Record<string, string>>): void {
    Object.assign(this.#env, variables);
  }

  start(...args: readonly string[]): Running {
    const child = spawn(process.execPath, [...program(), ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { ended, kill: (signal) => child.kill(signal) };
  }

  run(...args: readonly string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** @throws unless it ends with this exit code; the error holds all that was printed. */
  async expectRun(code: number, ...args: readonly string[]): Promise<Ended> {
    const ended = await this.run(...args);
    if (ended.code === code) return ended;
    throw new Error(
      `brokerform ${args.join(' ')} ended with ${ended.code ?? ended.signal} instead of ${code}\n${ended.stdout}\n${ended.stderr}`,
    );
  }

  /** The end of every bad day: an apply goes through, and then nothing is left to do. */
  async expectFinished(...applyArguments: readonly string[]): Promise<void> {
    await this.expectRun(0, 'apply', '--auto-approve', ...applyArguments);
    await this.expectRun(0, 'plan', '--detailed-exitcode');
  }

  report(name = 'report.json'): ApplyReport {
    return JSON.parse(this.read(name));
  }

  statuses(name = 'report.json'): Partial<Record<StepStatus, number>> {
    const counts: Partial<Record<StepStatus, number>> = {};
    for (const { status } of this.report(name).steps) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  /** Makes the vhost, so that a test starts with what it is about. */
  async makeVhost(): Promise<void> {
    await this.broker.put(['vhosts', this.vhost], {});
  }

  publish(queue: string, payload = 'precious'): Promise<unknown> {
    const message = { properties: {}, routing_key: queue, payload, payload_encoding: 'string' };
    return this.broker.request('POST', ['exchanges', this.vhost, 'amq.default', 'publish'], message);
  }

  /** Names of all queues of the vhost, in order. */
  async queues(): Promise<string[]> {
    const listed = await this.broker.get('queues', this.vhost);
    return listed.map(({ name }) => String(name)).sort();
  }

  /** `source → destination key` of all bindings but those to the default exchange, in order. */
  async bindings(): Promise<string[]> {
    const listed = await this.broker.get('bindings', this.vhost);
    return listed
      .filter(({ source }) => source !== '')
      .map(({ source, destination, routing_key }) => `${source} → ${destination} ${routing_key}`)
      .sort();
  }

  async remove(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    // A broker of a test's own may be gone by now, and its vhosts with it.
    if (this.#management !== '') await this.broker.delete('vhosts', this.vhost).catch(() => {});
  }
}

export function variable(name: string): string {
  return `\${${name}}`;
}

let count = 0;

/** A name that no other test has. */
export function freshVhost(): string {
  return `days-${process.pid}-${Date.now().toString(36)}-${count++}`;
}

/** Queues `<prefix>0`, `<prefix>1` and so on, each with a binding: `2 × count` resources. */
export function manyQueues(howMany: number, prefix = 'q'): Record<string, object> {
  const body = { 'max-length': 10, bindings: [{ from: 'amq.topic', key: 'k' }] };
  return Object.fromEntries(Array.from({ length: howMany }, (_, i) => [`${prefix}${i}`, body]));
}

let chosen: readonly string[] | undefined;

/** What was built, which starts in a third of the time; the sources where they are newer. */
function program(): readonly string[] {
  chosen ??= isBuilt() ? [BUILT] : mainArguments([]);
  return chosen;
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const BUILT = join(ROOT, 'dist', 'cli', 'main.js');

function isBuilt(): boolean {
  if (!existsSync(BUILT)) return false;
  const { mtimeMs } = statSync(BUILT);
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return sources.every((file) => statSync(join(ROOT, 'src', file)).mtimeMs <= mtimeMs);
}
