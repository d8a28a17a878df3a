import { writeFile } from 'node:fs/promises';
import type { Plan } from '../model/index.ts';
import { PLAIN, type PlanFormat, renderFailure, renderPlan, type Style } from '../render/index.ts';
import type { CommandContext } from './context.ts';
import { explainFailure } from './failure.ts';

export interface PlanOutputFlags {
  readonly format: PlanFormat;
  readonly jsonInto?: string;
  readonly markdownInto?: string;
}

/** Prints a plan and writes it into the files that were asked for. */
export async function writePlanOutputs(
  context: CommandContext,
  flags: PlanOutputFlags,
  plan: Plan,
  style: Style = context.out,
): Promise<void> {
  if (flags.jsonInto !== undefined) await writeFile(flags.jsonInto, renderPlan(plan, 'json', PLAIN));
  if (flags.markdownInto !== undefined)
    await writeFile(flags.markdownInto, renderPlan(plan, 'markdown', style));
  context.print(renderPlan(plan, flags.format, style));
}

/** Runs the work; where it fails, whoever reads JSON learns why from the JSON. */
export async function withJsonOnFailure<T>(
  context: CommandContext,
  outputs: { readonly format?: string; readonly jsonInto?: string | undefined },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { failure } = explainFailure(error);
    const text = renderFailure(failure, 'json', PLAIN);
    if (outputs.format === 'json') context.print(text);
    // The first error is the one to tell; that this file cannot be written either comes from the same run.
    if (outputs.jsonInto !== undefined) await writeFile(outputs.jsonInto, text).catch(() => {});
    throw error;
  }
}
