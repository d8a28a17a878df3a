import { spawnSync } from 'node:child_process';
import { lastLines, run } from './commands.ts';
import { identify, isAlive } from './processes.ts';
import type { Starting } from './ready.ts';

const ownerLabel = 'brokerform.owner';

let answer: Promise<boolean> | undefined;

/** Whether a Docker engine can be reached; the client alone is not enough. Asked once. */
export function dockerAnswers(): Promise<boolean> {
  answer ??= run('docker', ['info', '--format', '{{.ServerVersion}}'], { patience: 5_000 }).then(
    (version) => version.trim() !== '',
    () => false,
  );
  return answer;
}

/** Runs a docker command and gives what it printed. */
export function docker(...args: string[]): Promise<string> {
  return run('docker', args, { patience: 600_000 });
}

/** Starts a container, after removing those of runs that ended without removing theirs. */
export async function startContainer(name: string, runArguments: string[]): Promise<Starting> {
  const format = `{{.Names}}\t{{.Label "${ownerLabel}"}}`;
  const listed = await docker('ps', '--all', '--filter', `label=${ownerLabel}`, '--format', format);
  for (const line of listed.trim().split('\n')) {
    const [container, owner] = line.split('\t');
    if (container && owner && !isAlive(owner)) await docker('rm', '--force', container);
  }
  const label = `${ownerLabel}=${identify(process.pid)}`;
  await docker('run', '--detach', '--name', name, '--label', label, ...runArguments);
  process.once('exit', () => spawnSync('docker', ['rm', '--force', name]));
  return {
    name,
    running: async () => (await docker('inspect', '--format', '{{.State.Running}}', name)).trim() === 'true',
    lastWords: async () => lastLines((await docker('logs', '--tail', '40', name)).trimEnd(), 40),
  };
}
