import type { Command } from 'commander';
import type { Plan } from '../model/index.ts';
import {
  type DriftFormat,
  PLAN_FORMATS,
  type PlanFormat,
  planJsonParts,
  renderPatch,
  renderPlan,
} from '../report/index.ts';
import { addOutputOptions, filesOf, type OutputFlags, type Rendering } from './outputs.ts';

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
