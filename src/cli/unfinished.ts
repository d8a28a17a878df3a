import { mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import {
  type ApplyReport,
  BlockedPlan,
  InvalidPlanFile,
  isSameCluster,
  LockHeld,
  MissingVariable,
  type Plan,
  StalePlan,
  type StepStatus,
} from '../model/index.ts';
import type { Checked, KeptPlan } from '../workflow/index.ts';
import type { CommandContext } from './context.ts';
import { readPlanFile } from './plan-file.ts';

const FOLDER = '.brokerform';
const NAME = /^unfinished-.*-(\d+)\.json$/;

/** What is under way needs no plan any more: a later apply finds it on the broker. */
const ENDED: readonly StepStatus[] = ['applied', 'already', 'under-way'];

/** Errors of an apply that has not sent anything. After any other one the file stays, and the next apply sees to it. */
const NOTHING_BEGUN = [StalePlan, BlockedPlan, InvalidPlanFile, LockHeld, MissingVariable];

interface Keeping {
  readonly plan: Plan;
  /** Of the project. */
  readonly directory: string;
  readonly write: (plan: Plan) => string | Iterable<string>;
  /** The file that the plan was read from, absolute; absent for one that was just made. */
  readonly file?: string;
}

/**
 * Keeps a plan that makes undeclared resources again (bindings that other people made to a replaced queue) until
 * it is done: should the process be killed in between, only this file still knows them.
 */
export async function keepUntilDone(
  { plan, directory, write, file }: Keeping,
  apply: () => Promise<ApplyReport>,
): Promise<ApplyReport> {
  if (!remakes(plan)) return apply();
  const folder = join(directory, FOLDER);
  const isKept = file !== undefined && (await isKeptFile(file, folder));
  const own = isKept ? file : join(folder, nameOf(plan));
  if (!isKept) {
    await mkdir(folder, { recursive: true });
    // Whole or not at all, should the process be killed right here.
    await writeFile(`${own}.part`, write(plan), { flag: 'wx' });
    await rename(`${own}.part`, own);
  }
  let isOver = false;
  try {
    const report = await apply();
    isOver = report.steps.every(({ status }) => ENDED.includes(status));
    return report;
  } catch (error) {
    isOver = !isKept && NOTHING_BEGUN.some((kind) => error instanceof kind);
    throw error;
  } finally {
    if (isOver) await rm(own, { force: true });
  }
}

function nameOf({ createdAt }: Plan): string {
  return `unfinished-${createdAt.replaceAll(':', '-')}-${process.pid}.json`;
}

async function isKeptFile(file: string, folder: string): Promise<boolean> {
  if (!NAME.test(basename(file))) return false;
  const real = (path: string) => realpath(path).catch(() => undefined);
  const own = await real(folder);
  return own !== undefined && (await real(dirname(file))) === own;
}

/** Plans that earlier applies to this environment left. Other files are reported. */
export async function keptPlans(context: CommandContext, { project }: Checked): Promise<KeptPlan[]> {
  const folder = join(project.directory, FOLDER);
  const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).sort();
  if (names.length === 0) return [];
  const kept: KeptPlan[] = [];
  for (const name of names) {
    const file = relative(context.folder.path, join(folder, name));
    try {
      const plan = await readPlanFile(context.folder, join(folder, name));
      if (plan.project === project.name && plan.environment === project.environment)
        kept.push({ file, plan });
      else context.note(`${file} belongs to ${plan.environment ?? plan.project}; ignored`);
    } catch (error) {
      context.note(`${file} ignored: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return kept;
}

/** Tells of kept plans for clusters that this plan is not about, and of how the others are seen to. */
export function tellStrangers(context: CommandContext, kept: readonly KeptPlan[], made: Plan): void {
  for (const { file, plan } of kept) {
    const strangers = plan.brokers.filter(
      (planned) => !made.brokers.some((live) => live.name === planned.name && isSameCluster(planned, live)),
    );
    const names = strangers.map(({ name, id }) => `${name} "${id}"`);
    if (names.length > 0)
      context.note(`${file} was made for ${names.join(' and ')}, a different cluster; ignored`);
    else
      context.note(
        `${file} was left by an interrupted apply; the next apply restores its resources and removes it`,
      );
  }
}

/** Removes kept plans whose resources are all there again, whichever way that was brought about. */
export async function removeSettled(context: CommandContext, checked: Checked, wait: number): Promise<void> {
  const { drain } = context.interrupts();
  const all = await keptPlans({ ...context, note: () => {} }, checked);
  // What an apply is about to take away is still there: its file is not over before it is.
  const kept = all.filter(({ file }) => !isRunning(Number(NAME.exec(basename(file))?.[1])));
  if (kept.length === 0 || drain.aborted) return;
  const { settledFiles } = await import('../workflow/index.ts');
  const options = { wait, timeout: context.flags.timeout, signal: drain, onWait: () => {} };
  // The apply is over: that a file could not be seen to changes nothing of its result.
  const settled = await settledFiles(checked, kept, options).catch(() => []);
  for (const file of settled) await rm(context.folder.at(file), { force: true });
}

/** Whether another process of this number runs on this machine. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remakes(plan: Plan): boolean {
  return plan.waves.some((wave) =>
    wave.some((step) => step.dependents.some(({ outcome }) => outcome === 'recreated')),
  );
}
