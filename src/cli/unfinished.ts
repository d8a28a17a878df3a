import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ApplyReport, Plan, StepStatus } from '../model/index.ts';
import type { CommandContext } from './context.ts';

const FOLDER = '.brokerform';
const PREFIX = 'unfinished-';

/** What is under way needs no plan any more: a later apply finds it on the broker. */
const ENDED: readonly StepStatus[] = ['applied', 'already', 'under-way'];

/**
 * Keeps a plan that makes undeclared resources again (bindings that other people made to a replaced queue) until
 * it is done: should the process be killed in between, only this file still knows them.
 * @param apply throws only where nothing was changed
 */
export async function keepUntilDone(
  plan: Plan,
  directory: string,
  write: (plan: Plan) => string,
  apply: () => Promise<ApplyReport>,
): Promise<ApplyReport> {
  if (!remakes(plan)) return apply();
  const folder = join(directory, FOLDER);
  const file = join(folder, `${PREFIX}${plan.createdAt.replaceAll(':', '-')}-${process.pid}.json`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, write(plan), { flag: 'wx' });
  let isDone = true;
  try {
    const report = await apply();
    isDone = report.steps.every(({ status }) => ENDED.includes(status));
    return report;
  } finally {
    if (isDone) await rm(file, { force: true });
  }
}

/** Tells of plans that an earlier apply left unfinished, and how to finish them. */
export async function tellUnfinished(context: CommandContext, directory: string): Promise<void> {
  const names = await readdir(join(directory, FOLDER)).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(PREFIX)).sort()) {
    const file = relative(process.cwd(), join(directory, FOLDER, name));
    context.note(
      `An earlier apply did not finish, and may have left bindings to be made again: brokerform apply ${file} finishes it; delete the file once that is settled.`,
    );
  }
}

function remakes(plan: Plan): boolean {
  return plan.waves.some((wave) =>
    wave.some((step) => step.dependants.some(({ outcome }) => outcome === 'recreated')),
  );
}
