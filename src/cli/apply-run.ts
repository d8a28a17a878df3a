import { type ApplyReport, allSteps, BlockedPlan, isMove, type Plan } from '../model/index.ts';
import { progressLine, renderPlan } from '../report/index.ts';
import type { Checked } from '../workflow/index.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './exit.ts';
import { lockHolder } from './lock-holder.ts';
import type { JsonFlags } from './outputs.ts';
import type { PlanFlags } from './plan-flags.ts';
import { connecting, planProject, tellInterrupts } from './project.ts';
import { approve } from './questions.ts';
import { keepUntilDone, removeSettled } from './unfinished.ts';

/** What decides about how a plan is applied; shared by `apply` and `up`. */
export interface ApplyFlags extends PlanFlags, JsonFlags {
  readonly autoApprove?: boolean;
  readonly onError: 'stop' | 'continue';
  readonly detach?: boolean;
  /** Messages per second. */
  readonly limitRate?: number;
  /** False with `--no-lock`. */
  readonly lock: boolean;
  /** Milliseconds. */
  readonly waitForLock: number;
}

/**
 * Plans, shows the plan, and asks where it is to be asked.
 * @throws BlockedPlan, NotApproved
 */
export async function approvedPlan(
  context: CommandContext,
  checked: Checked,
  flags: ApplyFlags,
): Promise<Plan> {
  const plan = await planProject(context, checked, flags);
  showPlan(context, flags, plan, '\n');
  if (plan.blockers.length > 0) throw new BlockedPlan(plan);
  const count = plan.waves.reduce((sum, wave) => sum + wave.length, 0);
  if (count > 0 && flags.autoApprove !== true) {
    const target = plan.environment ?? plan.project;
    await approve(context.host, { count, target, signal: context.interrupts().drain });
  }
  return plan;
}

/**
 * Applies a plan, and removes recovery files that are settled by it.
 * @param file that the plan was read from, as given
 */
export async function applyApproved(
  context: CommandContext,
  checked: Checked,
  plan: Plan,
  flags: ApplyFlags,
  file?: string,
): Promise<ApplyReport> {
  checkMoves(flags, plan);
  const { planParts } = await import('../workflow/planning.ts');
  const report = await keepUntilDone(
    {
      plan,
      directory: checked.project.directory,
      write: planParts,
      ...(file !== undefined && { file: context.folder.at(file) }),
    },
    () => run(context, flags, checked, plan),
  );
  await removeSettled(context, checked, flags.wait);
  return report;
}

/** @throws UsageError for flags that no move can follow */
function checkMoves({ detach, limitRate }: ApplyFlags, plan: Plan): void {
  if (limitRate === 0) throw new UsageError('--limit-rate 0: no message would ever be moved');
  const moved = allSteps(plan).find(({ change }) => isMove(change));
  if (!detach || !moved) return;
  const message = `--detach: ${moved.address} is moved by brokerform, and no broker can continue without it`;
  throw new UsageError(message, 'apply without --detach; an interrupted move continues with the next apply');
}

/** The plan comes before the result; where a program reads that, it is on the standard error. */
export function showPlan(
  context: CommandContext,
  { format }: Pick<ApplyFlags, 'format'>,
  plan: Plan,
  end = '',
): void {
  if (format === 'json') context.tell(renderPlan(plan, 'text', context.err) + end);
  else context.print(renderPlan(plan, 'text', context.out) + end);
}

async function run(
  context: CommandContext,
  flags: ApplyFlags,
  checked: Checked,
  plan: Plan,
): Promise<ApplyReport> {
  const { applyPlan } = await import('../workflow/index.ts');
  const interrupts = context.interrupts();
  interrupts.drain.throwIfAborted();
  tellInterrupts(context, interrupts);
  const report = await applyPlan(checked, plan, {
    ...connecting(context, flags.wait),
    onError: flags.onError,
    detach: flags.detach === true,
    ...(flags.limitRate !== undefined && { limitRate: flags.limitRate }),
    drain: interrupts.drain,
    abort: interrupts.abort,
    onNote: (text) => context.note(text),
    ...(flags.lock && {
      lock: { holder: lockHolder(context.host.env, new Date()), wait: flags.waitForLock },
    }),
    ...(context.progress.enabled && {
      onProgress: (progress) => context.progress.show(progressLine(progress, context.err)),
    }),
    now: () => new Date(),
  });
  context.progress.clear();
  const signal = interrupts.received();
  return signal === undefined ? report : { ...report, interrupted: signal };
}
