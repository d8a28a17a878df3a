import type { LocalReport } from '../report/index.ts';
import type { Checked } from '../workflow/index.ts';
import type { CommandContext } from './context.ts';
import { type ComposeRun, compose, type Engine, EngineError, findEngine } from './engine.ts';
import { type ComposeChoice, chooseCompose, composeArguments } from './local-compose.ts';
import { checkLocalhost, type LocalProject, localProject } from './local-project.ts';
import { connecting } from './project.ts';
import { writeRecord } from './tool-folder.ts';

export interface BringUpFlags {
  readonly composeFile?: string;
  /** Milliseconds. */
  readonly wait: number;
}

export interface BroughtUp {
  readonly checked: Checked;
  readonly local: LocalReport;
}

/**
 * Starts the brokers of the project on this machine, and waits until each answers.
 * @throws EngineError, NotLocal, NoContainerError, InputError, ConnectionError, InvalidProject, LintErrors
 */
export async function bringUp(context: CommandContext, flags: BringUpFlags): Promise<BroughtUp> {
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
  const { waitForBrokers } = await import('../workflow/index.ts');
  const identities = await waitForBrokers(checked, connecting(context, wait));
  return new Map(identities.map(({ name, version }) => [name, version]));
}

/** Why a broker does not answer, its own last words may say. */
async function tellLogs(context: CommandContext, engine: Engine, choice: ComposeChoice, run: ComposeRun) {
  const { escapeText } = await import('../report/index.ts');
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
