import { type Command, Option } from 'commander';
import { BlockedPlan, hasErrors, InvalidProject, type Plan, StalePlan } from '../../model/index.ts';
import { renderReport } from '../../report/index.ts';
import type { Checked } from '../../workflow/index.ts';
import { type ApplyFlags, applyApproved, approvedPlan, showPlan } from '../apply-run.ts';
import type { CommandContext } from '../context.ts';
import { endingOf, UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { choiceOption, countOption, durationOption } from '../options.ts';
import { addJsonOption, type OutputFlags, withOutputs } from '../outputs.ts';
import { addPlanOptions, givenPlanFlags } from '../plan-flags.ts';
import { readSavedPlan, type VerifyFlags } from '../plan-key.ts';
import { checkPlanFlags, checkProject, loadProject } from '../project.ts';

interface Flags extends ApplyFlags, VerifyFlags {
  readonly report?: string;
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
        withOutputs<'text' | 'json'>(context, outputsOf(flags), 'apply', async (publish) => {
          // From here on: a signal during the long reading before must leave a report too.
          context.interrupts();
          const { checked, plan } =
            file === undefined ? await freshPlan(context, flags) : await savedPlan(context, flags, file);
          const report = await applyApproved(context, checked, plan, flags, file);
          await publish((format, style) => renderReport(report, format, style));
          return endingOf(report);
        }),
      ),
    );
}

function outputsOf({ format, report }: Flags): OutputFlags<'text' | 'json'> {
  return report === undefined ? { format } : { format, jsonInto: report };
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
  return { checked, plan: await approvedPlan(context, checked, flags) };
}
