import { DamagedPlan, hasErrors, InvalidProject, type Plan } from '../model/index.ts';
import type { Checked } from '../pipeline/index.ts';
import { renderDiagnostics } from '../render/index.ts';
import type { CommandContext } from './context.ts';
import type { PlanFlags } from './plan-flags.ts';
import { InputError, UsageError } from './usage.ts';

export interface ProjectChoice {
  /** In the place of what `--config` says. */
  readonly configFile?: string;
  readonly paths?: readonly string[];
  /** Where `--env` says nothing. */
  readonly environment?: string;
}

/** Loads and checks the project of the current directory. Findings are values: nothing is thrown for them. */
export async function checkProject(context: CommandContext, choice: ProjectChoice = {}): Promise<Checked> {
  const { check } = await import('../pipeline/index.ts');
  const { env = choice.environment } = context.flags;
  const config = choice.configFile ?? context.flags.config;
  const { paths = [] } = choice;
  context.progress.show('reading the topology');
  return check({
    directory: process.cwd(),
    ...(config !== undefined && { configFile: config }),
    ...(env !== undefined && { environment: env }),
    ...(paths.length > 0 && { paths }),
    env: process.env,
  });
}

/**
 * The project, for commands that go on to a broker: findings are told, and one that is an error ends the run.
 * @throws InvalidProject
 */
export async function loadProject(context: CommandContext): Promise<Checked> {
  const checked = await checkProject(context);
  const { diagnostics } = checked;
  if (hasErrors(diagnostics)) throw new InvalidProject(diagnostics);
  if (diagnostics.length > 0 && !context.flags.quiet) {
    context.tell(`${renderDiagnostics(diagnostics, 'text', context.err)}\n`);
  }
  return checked;
}

/** Plans as the flags say, telling how it goes. @throws UsageError for an `--allow` key that is malformed */
export async function planProject(
  context: CommandContext,
  checked: Checked,
  flags: PlanFlags,
  against?: string,
): Promise<Plan> {
  const { makePlan } = await import('../pipeline/index.ts');
  context.progress.show(against === undefined ? 'reading the brokers' : `reading ${against}`);
  const work = makePlan(checked, {
    targets: flags.target,
    excludes: flags.exclude,
    prune: flags.prune === true,
    allow: flags.allow,
    ...(against !== undefined && { against }),
    ...connecting(context, flags.wait),
    now: () => new Date(),
  });
  const plan = against === undefined ? await work : await work.catch(badFile);
  context.progress.clear();
  return plan;
}

/** A file that stands in for a broker is input, and no plan that has gone bad. */
export function badFile(error: unknown): never {
  throw error instanceof DamagedPlan ? new InputError(error.message) : error;
}

/** How to reach brokers, for every part of the pipeline that does. */
export function connecting(context: CommandContext, wait: number) {
  return {
    wait,
    timeout: context.flags.timeout,
    signal: context.interrupts().drain,
    onWait: (text: string) => context.progress.show(text),
  };
}

export async function checkAllowKeys(keys: readonly string[]): Promise<void> {
  const { checkAllowKey } = await import('../pipeline/index.ts');
  for (const key of keys) {
    const problem = checkAllowKey(key);
    if (problem !== undefined) {
      throw new UsageError(`--allow ${key}: it ${problem}`, 'copy the key from the plan that is blocked');
    }
  }
}
