import { spawn } from 'node:child_process';
import { BrokerformError } from '../model/index.ts';
import type { Host } from './host.ts';

/** A container engine with Compose, as a command: `docker compose`. */
export interface Engine {
  readonly command: readonly [string, ...string[]];
}

/** How a compose command is run. */
export interface ComposeRun {
  /** Of the compose file. */
  readonly directory: string;
  readonly env: Host['env'];
  readonly signal: AbortSignal;
  /** Told each line that the engine prints. */
  readonly onLine: (line: string) => void;
}

/** No engine answers, or one failed. */
export class EngineError extends BrokerformError {
  readonly kind = 'engine';
  readonly outcome = 'failed';
  override readonly consequence = 'no broker was changed';
  constructor(
    message: string,
    details: {
      readonly hint?: string;
      readonly differences?: readonly { readonly subject: string; readonly message: string }[];
    } = {},
  ) {
    super(message, details);
  }
}

/** In the order of preference: the Compose command, and a command that only an engine can answer. */
const CANDIDATES: readonly { readonly compose: Engine['command']; readonly probe: Engine['command'] }[] = [
  { compose: ['docker', 'compose'], probe: ['docker', 'info', '--format', '{{.ServerVersion}}'] },
  { compose: ['podman', 'compose'], probe: ['podman', 'info', '--format', '{{.Version.Version}}'] },
  { compose: ['docker-compose'], probe: ['docker', 'info', '--format', '{{.ServerVersion}}'] },
  { compose: ['podman-compose'], probe: ['podman', 'info', '--format', '{{.Version.Version}}'] },
];

/** Milliseconds in which an engine must answer. */
const PATIENCE = 15_000;
/** Milliseconds that an interrupted program has to end by itself. */
const GRACE = 10_000;

/** @throws EngineError that names what each candidate lacks */
export async function findEngine(env: Host['env'], signal: AbortSignal): Promise<Engine> {
  const problems: { subject: string; message: string }[] = [];
  for (const { compose, probe } of CANDIDATES) {
    const problem =
      (await whyNot([...compose, 'version'], 'not installed', env, signal)) ??
      (await whyNot(probe, 'its engine does not answer', env, signal));
    if (problem === undefined) return { command: compose };
    problems.push({ subject: compose.join(' '), message: problem });
  }
  throw new EngineError('no container engine is available', { differences: problems });
}

async function whyNot(
  command: readonly string[],
  what: string,
  env: Host['env'],
  signal: AbortSignal,
): Promise<string | undefined> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  const lines: string[] = [];
  const run = { directory: '.', env, signal: patience, onLine: (line: string) => lines.push(line) };
  const code = await runProgram(command, run).catch((error: NodeJS.ErrnoException) => {
    signal.throwIfAborted();
    return error.code ?? 'failed';
  });
  if (code === 0 && lines.some((line) => line.trim() !== '')) return undefined;
  if (code === 'ENOENT') return 'not installed';
  const [line] = lines.filter((one) => /error|cannot|unknown|not/i.test(one)).slice(-1);
  return line === undefined ? what : `${what}: ${line.slice(0, 200)}`;
}

/** Runs a compose command to its end. @throws EngineError with the last lines that it printed */
export async function compose(engine: Engine, args: readonly string[], run: ComposeRun): Promise<string[]> {
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    if (lines.length > 500) lines.shift();
    run.onLine(line);
  };
  const command = [...engine.command, ...args];
  const code = await runProgram(command, { ...run, onLine });
  run.signal.throwIfAborted();
  if (code === 0) return lines;
  const isPortTaken = lines.some((line) => /already (allocated|in use)|bind/i.test(line));
  throw new EngineError(`${engine.command.join(' ')} failed with exit code ${code}`, {
    ...(isPortTaken && {
      hint: 'stop the program that has the port, or set other ports in environments.local',
    }),
    differences: lines.slice(-10).map((message) => ({ subject: engine.command[0], message })),
  });
}

/** @returns the exit code, or the signal that ended the program */
function runProgram(
  [program = '', ...args]: readonly string[],
  { directory, env, signal, onLine }: ComposeRun,
): Promise<number | string> {
  return new Promise((resolve, reject) => {
    // In a group of its own: Ctrl-C of a terminal is passed on once, by us.
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill('SIGINT');
      timer ??= setTimeout(() => child.kill('SIGKILL'), GRACE);
    };
    signal.addEventListener('abort', stop, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split(/[\r\n]+/);
        rest = (parts.pop() ?? '').slice(-10_000);
        for (const line of parts) if (line.trim() !== '') onLine(line.trim());
      });
      stream.on('close', () => {
        if (rest.trim() !== '') onLine(rest.trim());
      });
    }
    child.on('error', reject);
    child.on('close', (code, ended) => {
      signal.removeEventListener('abort', stop);
      clearTimeout(timer);
      resolve(code ?? ended ?? 'unknown');
    });
    if (signal.aborted) stop();
  });
}
