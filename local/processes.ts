import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from './commands.ts';

export interface ProcessOptions {
  /** Names the pid file, and the process in messages. */
  name: string;
  /** The broker's folder: the working directory, and where the pid file goes. */
  folder: string;
  /** The file that standard output and error are added to. */
  log: string;
  command: readonly [string, ...string[]];
  /** The whole environment: nothing is inherited, so a developer's own settings change no test. */
  env: Record<string, string>;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  running(): boolean;
  /** The last lines that it printed. */
  lastWords(): string;
  /** Sends the signal, waits for the end, and sends SIGKILL when it has not come within `patience` ms. */
  end(signal: 'SIGTERM' | 'SIGKILL', patience?: number): Promise<void>;
}

/**
 * Starts a long-running process in a process group of its own, so that Ctrl-C in a terminal reaches only
 * us. The kernel kills it when we end, however we end (`setpriv --pdeathsig`; it lasts as long as the
 * command replaces itself by `exec`), so neither a crash nor a SIGKILL of ours leaves a broker behind.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, folder, command, env } = options;
  const log = openSync(options.log, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running = false;
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid as number;
  writeFileSync(join(folder, `${name}.pid`), identify(pid) ?? '');
  child.unref();

  return {
    name,
    pid,
    running: () => running,
    lastWords: () => lastLines(readFileSync(options.log, 'utf8').trimEnd(), 40),
    async end(signal, patience = 30_000) {
      if (!running) return;
      child.ref();
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** A process as `pid start`: a pid alone may by now be another process's. Undefined when it is gone. */
export function identify(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field, the command in brackets, may hold spaces; the start time is the 22nd of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return `${pid} ${fields[19]}`;
}

/** Whether the process that `identify` described still runs. */
export function isAlive(identity: string): boolean {
  const pid = Number(identity.split(' ')[0]);
  return Number.isInteger(pid) && pid > 1 && identify(pid) === identity;
}
