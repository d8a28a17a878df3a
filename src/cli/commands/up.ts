import type { Command } from 'commander';
import { type LocalReport, renderLocal, renderReport } from '../../report/index.ts';
import type { Checked } from '../../workflow/index.ts';
import { type ApplyFlags, applyApproved, approvedPlan } from '../apply-run.ts';
import type { CommandContext } from '../context.ts';
import { type ComposeRun, compose, type Engine, EngineError, findEngine } from '../engine.ts';
import { endingOf } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { type ComposeChoice, chooseCompose, composeArguments } from '../local-compose.ts';
import { checkLocalhost, type LocalProject, localProject } from '../local-project.ts';
import { durationOption, listOption } from '../options.ts';
import { addJsonOption, type JsonFlags, withOutputs } from '../outputs.ts';
import { checkPlanFlags, connecting } from '../project.ts';
import { writeRecord } from '../tool-folder.ts';

interface Flags extends BringUpFlags, JsonFlags {
  /** False with `--no-apply`. */
  readonly apply: boolean;
  readonly allow: readonly string[];
}

export function addUp(program: Command, invoke: Invoke): void {
  const command = program
    .command('up')
    .description('Start the brokers of the project on this machine, and apply to them');
  addJsonOption(command)
    .option('--compose-file <file>', 'start services of this compose file instead of a generated one')
    .option('--no-apply', 'only start the brokers')
    .addOption(
      listOption('--allow <class:glob>', 'permit a blocked change (copy the key from the plan); repeatable'),
    )
    .addOption(durationOption('--wait <duration>', 'wait this long for brokers to start', 120_000))
    .action(
      invoke<Flags>((context, flags) =>
        withOutputs<'text' | 'json'>(context, flags, 'up', async (publish) => {
          const settings = applyFlags(flags);
          await checkPlanFlags(settings);
          const { checked, local } = await bringUp(context, flags);
          // The very project whose addresses were checked: its files may have changed meanwhile.
          const plan = flags.apply ? await approvedPlan(context, checked, settings) : undefined;
          const report = plan && (await applyApproved(context, checked, plan, settings));
          await publish((format, style) => {
            if (format === 'json') return renderLocal({ ...local, ...(report && { report }) }, 'json', style);
            return `${report ? `${renderReport(report, 'text', style)}\n` : ''}${renderLocal(local, 'text', style)}`;
          });
          context.note('To stop them: brokerform down');
          return report ? endingOf(report) : {};
        }),
      ),
    );
}

/** As `apply --auto-approve`, which permits nothing that is blocked. */
function applyFlags({ allow, format }: Flags): ApplyFlags {
  return {
    ...{ target: [], exclude: [], allow, format, autoApprove: true, preview: true },
    ...{ onError: 'continue', lock: true, wait: 0, waitForLock: 0 },
  };
}

interface BringUpFlags {
  readonly composeFile?: string;
  /** Milliseconds. */
  readonly wait: number;
}

interface BroughtUp {
  readonly checked: Checked;
  readonly local: LocalReport;
}

/**
 * Starts the brokers of the project on this machine, and waits until each answers.
 * @throws EngineError, NotLocal, NoContainerError, InputError, ConnectionError, InvalidProject, LintErrors
 */
async function bringUp(context: CommandContext, flags: BringUpFlags): Promise<BroughtUp> {
  const { env } = context.host;
  const signal = context.interrupts().drain;
  context.busy('looking for a container engine');
  const engine = await findEngine(env, signal).catch((error: unknown) => {
    if (error instanceof EngineError) return error;
    throw error;
  });
  const isFound = !(engine instanceof EngineError);
  const project = await localProject(context, isFound && flags.composeFile === undefined);
  if (!isFound) throw withAdvice(engine, project);
  const choice = await chooseCompose(context, project, flags.composeFile);
  if (choice.project !== undefined) await checkLocalhost(project.targets);
  const { directory } = project.checked.project;
  const { file, project: name, services } = choice;
  await writeRecord(directory, {
    ...{ version: 1, engine: engine.command, file },
    ...(name !== undefined && { project: name }),
    ...(services && { services }),
  });
  const run: ComposeRun = {
    ...{ directory, env: { ...env, ...choice.secrets }, signal },
    onLine: (line) => context.busy(line),
  };
  context.busy('starting containers');
  await compose(engine, [...composeArguments(choice), 'up', '--detach', ...(services ?? [])], run);
  const versions = await versionsOf(context, project.checked, flags.wait).catch(async (error: unknown) => {
    if (!signal.aborted) await tellLogs(context, engine, choice, run);
    throw error;
  });
  context.progress.clear();
  return { checked: project.checked, local: reportOf(project, engine, choice, versions) };
}

function withAdvice(error: EngineError, { checked, targets }: LocalProject): EngineError {
  const places = targets.flatMap(({ endpoints }) => endpoints.map(({ url }) => url)).join(', ');
  const apply = `brokerform apply --env ${checked.project.environment}`;
  const hint = `install Docker or Podman with Compose; or start brokers at ${places} yourself, then run ${apply}`;
  return new EngineError(error.message, { hint, differences: error.differences });
}

async function versionsOf(context: CommandContext, checked: Checked, wait: number) {
  const { waitForBrokers } = await import('../../workflow/index.ts');
  const identities = await waitForBrokers(checked, connecting(context, wait));
  return new Map(identities.map(({ name, version }) => [name, version]));
}

/** Why a broker does not answer, its own last words may say. */
async function tellLogs(context: CommandContext, engine: Engine, choice: ComposeChoice, run: ComposeRun) {
  const { escapeText } = await import('../../report/index.ts');
  const words = [...composeArguments(choice), 'logs', '--tail', '15', ...(choice.services ?? [])];
  const lines = await compose(engine, words, run).catch(() => []);
  for (const line of lines) context.tell(`${escapeText(line)}\n`);
}

function reportOf(
  { checked, targets }: LocalProject,
  engine: Engine,
  { file, images }: ComposeChoice,
  versions: ReadonlyMap<string, string>,
): LocalReport {
  return {
    project: checked.project.name,
    environment: checked.project.environment,
    engine: engine.command.join(' '),
    file,
    brokers: targets.map(({ broker: { name, provider, assumed }, endpoints }) => {
      const image = images.get(name);
      return {
        ...{ name, type: provider.name, version: versions.get(name) ?? assumed.version },
        ...(image !== undefined && { image }),
        urls: endpoints.map(({ url }) => url),
      };
    }),
  };
}
