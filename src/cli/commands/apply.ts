import { type Command, Option } from 'commander';
import {
  type ApplyReport,
  allSteps,
  BlockedPlan,
  hasErrors,
  InvalidProject,
  isMove,
  type Plan,
  StalePlan,
} from '../../model/index.ts';
import { progressLine, renderPlan, renderReport } from '../../report/index.ts';
import type { Checked } from '../../workflow/index.ts';
import { approve } from '../approval.ts';
import type { CommandContext } from '../context.ts';
import { endingOf } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { lockHolder } from '../lock-holder.ts';
import { choiceOption, countOption, durationOption } from '../options.ts';
import { addJsonOption, type OutputFlags, withOutputs } from '../outputs.ts';
import { addPlanOptions, givenPlanFlags, type PlanFlags } from '../plan-flags.ts';
import { readSavedPlan, type VerifyFlags } from '../plan-key.ts';
import {
  checkPlanFlags,
  checkProject,
  connecting,
  loadProject,
  planProject,
  tellInterrupts,
} from '../project.ts';
import { keepUntilDone, removeSettled } from '../unfinished.ts';
import { UsageError } from '../usage.ts';

interface Flags extends PlanFlags, VerifyFlags, Pick<OutputFlags, 'format'> {
  readonly autoApprove?: boolean;
  readonly onError: 'stop' | 'continue';
  readonly report?: string;
  readonly detach?: boolean;
  /** Messages per second. */
  readonly limitRate?: number;
  /** False with `--no-lock`. */
  readonly lock: boolean;
  /** Milliseconds. */
  readonly waitForLock: number;
}

export function addApply(program: Command, invoke: Invoke): void {
  const command = program.command('apply').description('Apply the topology or a saved plan to the brokers');
  addJsonOption(addPlanOptions(command))
    .argument('[plan]', 'plan file written by plan --out')
    .option('--verify', 'require a signed plan file (key in BROKERFORM_PLAN_KEY)')
    .addOption(durationOption('--max-age <duration>', 'refuse a plan file older than this'))
    .option('--auto-approve', 'skip the approval prompt; blocked changes stay blocked')
    .addOption(
      choiceOption('--on-error <what>', 'after a failure: continue independent changes, or stop', [
        'continue',
        'stop',
      ]),
    )
    .option('--detach', 'do not wait for long broker operations, such as reassignments')
    .addOption(countOption('--limit-rate <messages>', 'move at most this many messages per second'))
    .addOption(
      durationOption(
        '--wait-for-lock <duration>',
        'wait this long for another apply to end (Kafka has no lock)',
        0,
      ),
    )
    .addOption(new Option('--no-lock', 'apply without a lock').conflicts('waitForLock'))
    .option('--report <file>', 'write the apply report as JSON')
    .action(
      invoke<Flags>((context, flags, [file]) =>
        withOutputs(context, outputsOf(flags), 'apply', async (publish) => {
          // From here on: a signal during the long reading before must leave a report too.
          context.interrupts();
          const { checked, plan } =
            file === undefined ? await freshPlan(context, flags) : await savedPlan(context, flags, file);
          checkMoves(flags, plan);
          const { writePlan } = await import('../../workflow/index.ts');
          const { directory } = checked.project;
          const report = await keepUntilDone(
            {
              plan,
              directory,
              write: writePlan,
              ...(file !== undefined && { file: context.folder.at(file) }),
            },
            () => run(context, flags, checked, plan),
          );
          await removeSettled(context, checked, flags.wait);
          await publish((format, style) => renderReport(report, format === 'json' ? 'json' : 'text', style));
          return endingOf(report);
        }),
      ),
    );
}

/** @throws UsageError for flags that no move can follow */
function checkMoves({ detach, limitRate }: Flags, plan: Plan): void {
  if (limitRate === 0) throw new UsageError('--limit-rate 0: no message would ever be moved');
  const moved = allSteps(plan).find(({ change }) => isMove(change));
  if (!detach || !moved) return;
  const message = `--detach: ${moved.address} is moved by brokerform, and no broker can continue without it`;
  throw new UsageError(message, 'apply without --detach; an interrupted move continues with the next apply');
}

function outputsOf({ format, report }: Flags): Partial<OutputFlags> {
  return report === undefined ? { format } : { format, jsonInto: report };
}

/** The plan comes before the result; where a program reads that, it is on the standard error. */
function showPlan(context: CommandContext, { format }: Flags, plan: Plan, end = ''): void {
  if (format === 'json') context.tell(renderPlan(plan, 'text', context.err) + end);
  else context.print(renderPlan(plan, 'text', context.out) + end);
}

interface Planned {
  readonly checked: Checked;
  readonly plan: Plan;
}

async function savedPlan(context: CommandContext, flags: Flags, file: string): Promise<Planned> {
  const given = givenPlanFlags(flags);
  if (given.length > 0) {
    throw new UsageError(
      `${given.join(', ')}: not allowed with a saved plan`,
      `plan again with ${given.join(' ')} and --out`,
    );
  }
  const plan = await readSavedPlan(context, file, flags);
  if (plan.blockers.length > 0) {
    showPlan(context, flags, plan);
    throw new BlockedPlan(plan);
  }
  return { checked: await projectOf(context, plan), plan };
}

/** The project of a saved plan: only its connections matter, what the topology says by now does not. */
async function projectOf(context: CommandContext, plan: Plan): Promise<Checked> {
  const { env } = context.flags;
  if (env !== undefined && env !== plan.environment) {
    const made =
      plan.environment === undefined ? 'without an environment' : `for environment ${plan.environment}`;
    throw new StalePlan([{ subject: `--env ${env}`, message: `the plan was made ${made}` }]);
  }
  const checked = await checkProject(
    context,
    plan.environment === undefined ? {} : { environment: plan.environment },
  );
  const isIncomplete = plan.brokers.some(({ name }) => !checked.brokers.has(name));
  if (isIncomplete && hasErrors(checked.diagnostics)) throw new InvalidProject(checked.diagnostics);
  return checked;
}

async function freshPlan(context: CommandContext, flags: Flags): Promise<Planned> {
  if (flags.verify || flags.maxAge !== undefined) {
    throw new UsageError('--verify and --max-age require a plan file');
  }
  const { stdin, stderr } = context.host;
  const canAsk = stdin.isTTY === true && stderr.isTTY === true;
  if (!canAsk && flags.autoApprove !== true) {
    throw new UsageError(
      'no terminal for the approval prompt; apply needs a plan file or --auto-approve',
      'brokerform plan --out plan.json, review it, then brokerform apply plan.json',
    );
  }
  await checkPlanFlags(flags);
  const checked = await loadProject(context);
  const plan = await planProject(context, checked, flags);
  showPlan(context, flags, plan, '\n');
  if (plan.blockers.length > 0) throw new BlockedPlan(plan);
  const count = plan.waves.reduce((sum, wave) => sum + wave.length, 0);
  if (count > 0 && flags.autoApprove !== true) {
    const target = plan.environment ?? plan.project;
    await approve(context.host, { count, target, signal: context.interrupts().drain });
  }
  return { checked, plan };
}

async function run(
  context: CommandContext,
  flags: Flags,
  checked: Checked,
  plan: Plan,
): Promise<ApplyReport> {
  const { applyPlan } = await import('../../workflow/index.ts');
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
