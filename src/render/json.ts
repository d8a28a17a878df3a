import type { ApplyReport, Diagnostic, Diff, Plan } from '../model/index.ts';
import { countSeverities } from './diagnostics-text.ts';
import { printableJson } from './escape.ts';
import type { RunFailure } from './failure.ts';

/** The plan itself; its schema is plan.schema.json. */
export function planJson(plan: Plan): string {
  return printableJson(plan);
}

/** Its schema is in plan.schema.json, too. */
export function diffJson(diff: Diff): string {
  return printableJson(diff);
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return printableJson({ version: 1, counts: countSeverities(diagnostics), diagnostics });
}

/** It stands where the plan or report would have stood; plan.schema.json describes it. */
export function failureJson(failure: RunFailure): string {
  return printableJson({ version: 1, failure });
}

export function reportJson(report: ApplyReport): string {
  return printableJson(report);
}
