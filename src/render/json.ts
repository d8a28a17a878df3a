import type { ApplyReport, Diagnostic, Plan } from '../model/index.ts';
import { countSeverities } from './diagnostics-text.ts';
import { printableJson } from './escape.ts';

/** The plan itself; its schema is plan.schema.json. */
export function planJson(plan: Plan): string {
  return printableJson(plan);
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return printableJson({ version: 1, counts: countSeverities(diagnostics), diagnostics });
}

export function reportJson(report: ApplyReport): string {
  return printableJson(report);
}
