import { EventEmitter } from 'node:events';
import { realpathSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The environment of a run: nothing of ours but where programs are. */
export function environment(more: Surroundings['env']): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...more };
}

/**
 * Runs brokerform in this process, without a terminal. process.test.ts shows that a process of its own does the same;
 * for signals, pipes and what a process leaves behind there is `runProcess`.
 */
export async function runCli(args: readonly string[], { cwd = '.', env }: Surroundings = {}): Promise<Ended> {
  const stdout = new Collector();
  const stderr = new Collector();
  const code = await run(args, {
    ...{ env: environment(env), directory: realpathSync(cwd), stdin: Readable.from([]) },
    ...{ stdout, stderr, signals: new EventEmitter() },
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

class Collector extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
