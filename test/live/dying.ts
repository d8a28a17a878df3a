import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CliFolder } from './cli-folder.ts';

/** What a process may say to a broker before it dies of it; `pattern` is of one call, and bytes count where it is absent. */
export interface Watch {
  readonly ports: readonly number[];
  readonly pattern?: string;
}

/** How people go on after an apply was killed. */
export const WAYS = ['same command', 'same saved plan', 'kept file', 'plan again'] as const;
export type Way = (typeof WAYS)[number];

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'dying.mjs')).href;

/** Runs a command to its end, and tells how much it said. @throws unless it ends with 0 */
export async function sayings(project: CliFolder, watch: Watch, ...args: readonly string[]): Promise<number> {
  const into = project.path('said');
  watchBy(project, { ...watch, into });
  await project.expectRun(0, ...args);
  watchBy(project);
  return Number(readFileSync(into, 'utf8'));
}

/**
 * Applies a saved plan, or what is planned now, is killed on the way, goes on in that way, and comes to an end.
 * @param count calls or bytes before the one at which it is killed
 */
export async function killAndGoOn(
  project: CliFolder,
  watch: Watch,
  { way, count, allow }: { readonly way: Way; readonly count: number; readonly allow: readonly string[] },
): Promise<void> {
  const fresh = ['apply', '--auto-approve', ...allow];
  const saved = ['apply', 'plan.json'];
  watchBy(project, { ...watch, count });
  const { signal, code, stdout, stderr } = await project.run(
    ...(way === 'same command' || way === 'plan again' ? fresh : saved),
  );
  watchBy(project);
  if (signal !== 'SIGKILL')
    throw new Error(`it ended with ${code ?? signal} before ${count}\n${stdout}\n${stderr}`);
  if (way === 'same command') await project.expectRun(0, ...fresh);
  else if (way === 'same saved plan') await project.expectRun(0, ...saved);
  else if (way === 'plan again') {
    await project.expectRun(0, 'plan', ...allow, '--out', 'next.json');
    await project.expectRun(0, 'apply', 'next.json');
  } else {
    const [file] = keptFiles(project);
    await project.expectRun(0, ...(file === undefined ? saved : ['apply', file]));
  }
}

/** The files of applies that did not come to their end. */
export function keptFiles(project: CliFolder): string[] {
  const folder = project.path('.brokerform');
  return existsSync(folder) ? readdirSync(folder).map((name) => join('.brokerform', name)) : [];
}

/** All kills where the environment asks for it, else a few: the number of them is what it says. */
export function killsOf(few: number): number {
  return Number(process.env.BROKERFORM_TEST_KILLS ?? few);
}

/** A moment in the middle of so much that is said. */
export function momentIn(said: number): number {
  return randomInt(1, said);
}

/** Kills all commands of the project from now on as DYING tells, see dying.mjs; no longer if absent. */
export function watchBy(project: CliFolder, dying?: object): void {
  project.set(
    dying
      ? { NODE_OPTIONS: `--import ${PRELOAD}`, DYING: JSON.stringify(dying) }
      : { NODE_OPTIONS: '', DYING: '' },
  );
}
