import { execFile } from 'node:child_process';

export interface CommandOptions {
  env?: Record<string, string>;
  /** Milliseconds after which the command is killed. */
  patience?: number;
}

/** A command that ended badly; its message holds the last lines that the command printed. */
class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Runs a command to its end and gives what it printed to standard output. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { env, patience = 120_000 } = options;
  return new Promise((resolve, reject) => {
    const settings = { timeout: patience, maxBuffer: 64 * 1024 * 1024, ...(env ? { env } : {}) };
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const ended = error.killed
        ? `did not end within ${patience} ms`
        : `failed: ${error.code ?? error.signal}`;
      const printed = lastLines(`${stdout}\n${stderr}`.trim(), 20);
      reject(new CommandFailed(`${command} ${args[0] ?? ''} ${ended}\n${printed}`));
    });
  });
}

export function lastLines(text: string, count: number): string {
  return text.split('\n').slice(-count).join('\n');
}
