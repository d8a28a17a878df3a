import {
  addressMatcher,
  allSteps,
  type Diagnostic,
  InputError,
  InvalidPlanFile,
  InvalidProject,
  isMove,
  LintErrors,
  type Plan,
  secretsIn,
} from '../model/index.ts';
import { renderDiagnostics } from '../report/index.ts';
import type { Checked, CheckedSide, ProjectOptions } from '../workflow/index.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './exit.ts';
import { namedFileError } from './files.ts';
import { boundGarbageOf } from './heap.ts';
import type { Interrupts } from './host.ts';
import { checkSpelling, type PlanFlags } from './plan-flags.ts';
import { keptPlans, tellStrangers } from './unfinished.ts';

export interface ProjectChoice {
  /** Instead of what `--config` names. */
  readonly configFile?: string;
  readonly paths?: readonly string[];
  readonly baseline?: string | false;
  /** Instead of what `--env` names. */
  readonly environment?: string;
}

export function projectOptions(context: CommandContext, choice: ProjectChoice): ProjectOptions {
  const { environment = context.flags.env, configFile = context.flags.config, paths = [], baseline } = choice;
  return {
    directory: context.folder.path,
    ...(configFile !== undefined && { configFile }),
    ...(environment !== undefined && { environment }),
    ...(paths.length > 0 && { paths }),
    ...(baseline !== undefined && { baseline }),
    env: context.host.env,
  };
}

/** Loads and checks the project of the current directory. Findings are values: nothing is thrown for them. */
export async function checkProject(context: CommandContext, choice: ProjectChoice = {}): Promise<Checked> {
  const { checkOnDemand } = await import('../workflow/planning.ts');
  context.busy('reading the topology');
  const checked = await checkOnDemand(projectOptions(context, choice));
  boundGarbageOf(checked);
  context.subject = { project: checked.project.name, environment: checked.project.environment };
  return checked;
}

/**
 * The project, for commands that show what is declared: findings are for validate, but what could not be read at all
 * cannot be shown either.
 * @throws InvalidProject
 */
export async function readableProject(context: CommandContext, choice: ProjectChoice = {}): Promise<Checked> {
  const checked = await checkProject(context, choice);
  if (await hasInvalidInput(checked.diagnostics)) throw new InvalidProject(checked.diagnostics);
  return checked;
}

/**
 * The project, for commands that go on to a broker: findings are printed, and an error ends the run.
 * @throws InvalidProject, LintErrors
 */
export async function loadProject(context: CommandContext, choice: ProjectChoice = {}): Promise<Checked> {
  const checked = await checkProject(context, choice);
  const { verbose } = context.flags;
  const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
  // Here, all that is no error would stand in the way of the plan.
  const others = checked.diagnostics.filter(({ severity }) => severity !== 'error');
  if (verbose && others.length > 0) context.tell(`${renderDiagnostics(others, 'text', context.err)}\n`);
  else noteWarnings(context, others);
  if (errors.length > 0) {
    throw (await hasInvalidInput(errors)) ? new InvalidProject(errors) : new LintErrors(errors);
  }
  return checked;
}

function noteWarnings(context: CommandContext, diagnostics: readonly Diagnostic[]): void {
  const count = diagnostics.filter(({ severity }) => severity === 'warning').length;
  if (count > 0) context.note(`${count} warning${count === 1 ? '' : 's'}; to see them: brokerform validate`);
}

/** Whether something could not be read as a topology at all, as opposed to a topology that is not wise. */
export async function hasInvalidInput(diagnostics: readonly Diagnostic[]): Promise<boolean> {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return false;
  const { isFinding } = await import('../workflow/index.ts');
  return !errors.every(isFinding);
}

/** Plans as the flags say, telling how it goes. @throws UsageError for an `--allow` key that is malformed */
export async function planProject(
  context: CommandContext,
  checked: Checked,
  flags: PlanFlags,
  { against, base: ref }: { readonly against?: string; readonly base?: string } = {},
): Promise<Plan> {
  checkResets(checked, flags.resetPasswords ?? []);
  const { makePlan } = await import('../workflow/planning.ts');
  const base = ref === undefined ? undefined : await readBase(context, ref);
  const kept = against === undefined ? await keptPlans(context, checked) : [];
  context.busy(against === undefined ? 'reading the brokers' : `reading ${against}`);
  const work = makePlan(checked, {
    targets: flags.target,
    excludes: flags.exclude,
    prune: flags.prune === true,
    allow: flags.allow,
    moves: flags.move ?? [],
    resets: flags.resetPasswords ?? [],
    preview: flags.preview,
    ...(against !== undefined && { against, directory: context.folder.path }),
    ...(base && { base }),
    kept,
    onNote: (text: string) => context.note(text),
    ...connecting(context, flags.wait),
    now: () => new Date(),
  });
  const plan = await unlessInterrupted(context, against === undefined ? work : work.catch(badFile(against)));
  context.progress.clear();
  noteIdleMoves(context, flags.move ?? [], plan);
  tellStrangers(context, kept, plan);
  return plan;
}

/** A glob without effect can be a slip, after which a replacement is blocked, or the move is done already. */
function noteIdleMoves(context: CommandContext, globs: readonly string[], plan: Plan): void {
  const moved = allSteps(plan).filter(({ change }) => isMove(change));
  for (const glob of globs) {
    if (moved.some(({ address }) => addressMatcher(glob)(address))) continue;
    context.note(`--move ${glob}: no replacement whose messages can be moved`);
  }
}

/** @throws RevisionError */
async function readBase(context: CommandContext, base: string): Promise<CheckedSide> {
  const { checkRevision } = await import('../workflow/index.ts');
  const { config, env } = context.flags;
  context.busy(`reading ${base}`);
  return checkRevision({
    directory: context.folder.path,
    base,
    ...(config !== undefined && { configFile: config }),
    ...(env !== undefined && { environment: env }),
    env: context.host.env,
  });
}

/** A glob that names nothing with a password is a slip that would leave an old password in place. */
function checkResets({ brokers }: Checked, globs: readonly string[]): void {
  const declared = [...brokers.values()].flatMap(({ desired }) => desired);
  const addresses = declared.filter(({ spec }) => secretsIn(spec).length > 0).map(({ address }) => address);
  for (const glob of globs) {
    if (addresses.some(addressMatcher(glob))) continue;
    const hint =
      addresses.length === 0
        ? 'no declared resource has a password from the environment'
        : `those that have one: ${addresses.slice(0, 5).join(', ')}${addresses.length > 5 ? ', …' : ''}`;
    throw new UsageError(`--reset-passwords ${glob}: no declared resource with a password matches`, hint);
  }
}

/** Waits for work that changes nothing: the first signal ends it at once. @throws AbortError */
export async function unlessInterrupted<T>(context: CommandContext, work: Promise<T>): Promise<T> {
  const { drain } = context.interrupts();
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () => reject(drain.reason);
    if (drain.aborted) stop();
    else drain.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work, interrupted]);
}

/** A file that stands in for a broker is input, and no plan that has gone bad. */
export function badFile(file: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof InvalidPlanFile) throw new InputError(error.message);
    throw namedFileError(error, file);
  };
}

/** How to reach brokers, for every part of the pipeline that does. */
export function connecting(context: CommandContext, wait: number) {
  return {
    wait,
    timeout: context.flags.timeout,
    signal: context.interrupts().drain,
    onWait: (text: string) => context.busy(text),
  };
}

/** What is wrong with flags by themselves, before anything is read. @throws UsageError */
export async function checkPlanFlags(flags: PlanFlags): Promise<void> {
  const { checkAllowKey } = await import('../workflow/planning.ts');
  for (const key of flags.allow) {
    const problem = checkAllowKey(key);
    if (problem !== undefined) {
      throw new UsageError(`--allow ${key}: it ${problem}`, 'copy the key from the plan that is blocked');
    }
  }
  checkSpelling(flags);
}

/** For work that an interrupt does not end at once. */
export function tellInterrupts(
  context: CommandContext,
  { drain, abort }: Pick<Interrupts, 'drain' | 'abort'>,
): void {
  const tellOnce = (signal: AbortSignal, text: string) =>
    signal.addEventListener('abort', () => context.tell(text), { once: true });
  tellOnce(drain, 'Stopping after in-flight calls; press Ctrl-C again to abort\n');
  tellOnce(abort, 'Giving up.\n');
}
