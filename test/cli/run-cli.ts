import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Kills with these signals, one after the other, as soon as the text was seen on the standard error. */
  readonly signals?: readonly { readonly after: RegExp; readonly signal: NodeJS.Signals }[];
}

export function mainArguments(args: readonly string[]): string[] {
  return ['--import', TSX, MAIN, ...args];
}

/** Runs brokerform from its sources, without a terminal, in an environment that holds nothing of ours. */
export function runCli(
  args: readonly string[],
  { cwd, env, signals = [] }: Surroundings = {},
): Promise<Ended> {
  const child = spawn(process.execPath, mainArguments(args), {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pending = [...signals];
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    while (pending[0]?.after.test(stderr)) child.kill(pending.shift()?.signal);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
