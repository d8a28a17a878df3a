import type { Command } from 'commander';
import type { Plan } from '../model/index.ts';
import {
  type About,
  DRIFT_FORMATS,
  type DriftFormat,
  FORMATS,
  type Format,
  PLAIN,
  PLAN_FORMATS,
  type PlanFormat,
  planJsonParts,
  renderFailure,
  renderPatch,
  renderPlan,
  type Style,
} from '../report/index.ts';
import type { CommandContext } from './context.ts';
import { type Ending, UsageError } from './exit.ts';
import { explainFailure } from './failure.ts';
import { choiceOption } from './options.ts';
import { folderInRepository } from './repository.ts';

/** Where a command's result goes: in one format to the standard output, in any number of them into files. */
export type OutputFlags<F extends DriftFormat = Format> = { readonly format: F } & {
  readonly [Each in F as `${Each}Into`]?: string;
};

/** The flags of {@link addJsonOption}. */
export type JsonFlags = Pick<OutputFlags<'text' | 'json'>, 'format'>;

/** A large result comes in parts. */
export type Rendering<F extends DriftFormat = Format> = (
  format: F,
  style: Style,
) => string | Iterable<string>;

const NAMES: Readonly<Record<DriftFormat, string>> = {
  text: 'text',
  json: 'JSON',
  markdown: 'Markdown, for a comment on a pull request',
  github: "GitHub's annotations",
  sarif: "SARIF, for GitHub's code scanning and others",
  junit: 'JUnit XML',
  gitlab: "GitLab's Code Quality JSON",
  diff: 'a unified diff of live and desired YAML',
  prometheus: 'metrics of Prometheus',
};

/** The same options for every command that has something to render. */
export function addOutputOptions(command: Command, formats: readonly DriftFormat[] = FORMATS): Command {
  command.addOption(choiceOption('--format <format>', 'output format', formats));
  for (const format of formats) {
    command.option(`--${format}-into <file>`, `also write to a file as ${NAMES[format]}`);
  }
  return command;
}

/** For a command whose result is for people or programs, and no finding. */
export function addJsonOption(command: Command): Command {
  return command.addOption(choiceOption('--format <format>', 'output format', ['text', 'json']));
}

/**
 * Runs a command's work, which tells its result once by `publish`. Where it fails, each output tells why in its own
 * format instead, so that no stale or missing result is read.
 */
export async function withOutputs<F extends DriftFormat = Format>(
  context: CommandContext,
  flags: Partial<OutputFlags<F>>,
  command: About['command'],
  work: (publish: (render: Rendering<F>) => Promise<void>) => Promise<Ending>,
): Promise<Ending> {
  // A command without a format has no flag of it.
  const files = filesOf(flags) as [F, string][];
  // A signal must leave files that tell of it.
  if (files.length > 0) context.interrupts();
  const folder = folderInRepository(context.folder.path, context.host.env);
  const onPaper = { ...PLAIN, verbose: context.out.verbose, folder };
  let isPrinted = false;
  try {
    return await work(async (render) => {
      for (const [format, file] of files) await context.folder.write(file, render(format, onPaper));
      isPrinted = true;
      const rendered = render(flags.format ?? ('text' as F), { ...context.out, folder });
      if (typeof rendered === 'string') context.print(rendered);
      else await context.printParts(rendered);
    });
  } catch (error) {
    const { failure } = explainFailure(error, context.interrupts().received());
    const about = { command, ...context.subject };
    // The first error is the one to tell; that a file cannot be written either comes from the same run.
    for (const [format, file] of files)
      await context.folder.write(file, renderFailure(failure, format, onPaper, about)).catch(() => {});
    const { format = 'text' } = flags;
    if (format !== 'text' && !isPrinted) context.print(renderFailure(failure, format, onPaper, about));
    throw error;
  }
}

/** @throws UsageError when two formats are to go into one file */
function filesOf(flags: Partial<OutputFlags<DriftFormat>>): [DriftFormat, string][] {
  const files = new Map<string, DriftFormat>();
  for (const format of DRIFT_FORMATS) {
    const file = flags[`${format}Into`];
    if (file === undefined) continue;
    const other = files.get(file);
    if (other !== undefined) {
      throw new UsageError(`--${other}-into and --${format}-into name the same file: ${file}`);
    }
    files.set(file, format);
  }
  return Array.from(files, ([file, format]) => [format, file]);
}

export type PlanOutputFlags = OutputFlags<PlanFormat>;

/** The output options of a command that shows a plan. */
export function addPlanOutputOptions(command: Command): Command {
  return addOutputOptions(command, PLAN_FORMATS);
}

/** How a plan is shown in the formats that the flags name. */
export async function planRendering<F extends DriftFormat>(
  plan: Plan,
  command: 'plan' | 'drift',
  flags: OutputFlags<F>,
): Promise<Rendering<PlanFormat>> {
  const formats: readonly DriftFormat[] = [flags.format, ...filesOf(flags).map(([format]) => format)];
  const yaml = formats.includes('diff') ? (await import('../workflow/index.ts')).planYaml(plan) : [];
  const graph = formats.includes('markdown')
    ? (await import('../workflow/index.ts')).planGraph(plan)
    : undefined;
  return (format, style) => {
    if (format === 'diff') return renderPatch(plan, yaml, style);
    if (format === 'json') return planJsonParts(plan);
    return renderPlan(plan, format, style, command, format === 'markdown' ? graph : undefined);
  };
}
