import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApplyReport, StepStatus } from '../../src/model/index.ts';
import { type EndedProcess as Ended, endOf } from '../cli/end-of-process.ts';
import { mainArguments } from '../cli/run-process.ts';

export interface Running {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** What it has written to the standard error by now. */
  said(): string;
}

/** A project in a folder of its own, worked on by the command line alone. */
export class CliFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'brokerform-days-'));
  readonly #env: Record<string, string>;

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = { ...env };
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

  /** Sets environment variables of all commands from now on. */
  set(variables: Readonly<Record<string, string>>): void {
    Object.assign(this.#env, variables);
  }

  start(...args: readonly string[]): Running {
    const child = spawn(process.execPath, mainArguments(args), {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer | string) => {
      stderr += chunk;
    });
    return { ended: endOf(child), kill: (signal) => child.kill(signal), said: () => stderr };
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

  removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function variable(name: string): string {
  return `\${${name}}`;
}
