import type { Command } from 'commander';
import type { Plan } from '../model/index.ts';
import { PLAN_FORMATS, type PlanFormat, renderPatch, renderPlan } from '../report/index.ts';
import { addOutputOptions, type OutputFlags, type Rendering } from './outputs.ts';

export type PlanOutputFlags = OutputFlags<PlanFormat>;

/** The output options of a command that shows a plan. */
export function addPlanOutputOptions(command: Command): Command {
  return addOutputOptions(command, PLAN_FORMATS);
}

/** How a plan is shown in each format. */
export async function planRendering(plan: Plan, command: 'plan' | 'drift'): Promise<Rendering<PlanFormat>> {
  const { planGraph, planYaml } = await import('../workflow/index.ts');
  return (format, style) =>
    format === 'diff'
      ? renderPatch(plan, planYaml(plan), style)
      : renderPlan(plan, format, style, command, format === 'markdown' ? planGraph(plan) : undefined);
}
