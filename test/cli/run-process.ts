import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type EndedProcess, endOf } from './end-of-process.ts';
import { environment, type Surroundings } from './run-cli.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface ProcessSurroundings extends Surroundings {
  /** Kills with these signals, one after the other, as soon as the text was seen on either output. */
  readonly signals?: readonly { readonly after: RegExp; readonly signal: NodeJS.Signals }[];
  /** SIGINT is sent as soon as this resolves. It is called once the process runs. */
  readonly interruptOnce?: () => Promise<unknown>;
}

/** Node's arguments for a TypeScript file. */
export function nodeArguments(file: string, args: readonly string[]): string[] {
  return ['--import', TSX, file, ...args];
}

/** What was built, which starts in a third of the time; the sources where they are newer. */
export function mainArguments(args: readonly string[]): string[] {
  isCurrent ??= isBuilt();
  return isCurrent ? [BUILT, ...args] : nodeArguments(MAIN, args);
}

let isCurrent: boolean | undefined;

export const BUILT = join(ROOT, 'dist', 'cli', 'main.js');

export const MAIN = join(ROOT, 'src', 'cli', 'main.ts');

function isBuilt(): boolean {
  if (!existsSync(BUILT)) return false;
  const { mtimeMs } = statSync(BUILT);
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return sources.every((file) => statSync(join(ROOT, 'src', file)).mtimeMs <= mtimeMs);
}

/** Runs brokerform in a process of its own, without a terminal. */
export async function runProcess(
  args: readonly string[],
  { cwd, env, signals = [], interruptOnce }: ProcessSurroundings = {},
): Promise<EndedProcess> {
  const child = spawn(process.execPath, mainArguments(args), {
    ...(cwd !== undefined && { cwd }),
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pending = [...signals];
  const ended = endOf(child, (seen) => {
    while (pending[0]?.after.test(seen)) child.kill(pending.shift()?.signal);
  });
  await interruptOnce?.().then(() => child.kill('SIGINT'));
  return ended;
}
