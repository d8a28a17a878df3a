import type { ApplyReport, Diagnostic, Plan } from '../model/index.ts';
import { diagnosticsGithub } from './diagnostics-github.ts';
import { diagnosticsJunit } from './diagnostics-junit.ts';
import { diagnosticsSarif } from './diagnostics-sarif.ts';
import { diagnosticsText } from './diagnostics-text.ts';
import { diagnosticsJson, planJson, reportJson } from './json.ts';
import { planMarkdown } from './plan-markdown.ts';
import { planText } from './plan-text.ts';
import { reportMarkdown } from './report-markdown.ts';
import { reportText } from './report-text.ts';
import type { Style } from './style.ts';

export { type Examined, renderChecks } from './checks-text.ts';
export { escapeText, printableJson, quoteForShell } from './escape.ts';
export { type RunFailure, renderFailure } from './failure.ts';
export { activityLine, type Progress, progressLine } from './progress.ts';
export { decideColour, PLAIN, paint, type Style } from './style.ts';

const PLAN_FORMATS = { text: planText, markdown: planMarkdown, json: planJson };
const DIAGNOSTIC_FORMATS = {
  text: diagnosticsText,
  json: diagnosticsJson,
  github: diagnosticsGithub,
  sarif: diagnosticsSarif,
  junit: diagnosticsJunit,
};
const REPORT_FORMATS = { text: reportText, markdown: reportMarkdown, json: reportJson };

export type PlanFormat = keyof typeof PLAN_FORMATS;
export type DiagnosticsFormat = keyof typeof DIAGNOSTIC_FORMATS;
export type ReportFormat = keyof typeof REPORT_FORMATS;

/** A plan as text that ends in a newline; text lays it out as the style says, the other formats are never coloured. */
export function renderPlan(plan: Plan, format: PlanFormat, style: Style): string {
  return PLAN_FORMATS[format](plan, style);
}

/** Findings, sorted by file and line. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  format: DiagnosticsFormat,
  style: Style,
): string {
  return DIAGNOSTIC_FORMATS[format](diagnostics, style);
}

/** What an apply did. */
export function renderReport(report: ApplyReport, format: ReportFormat, style: Style): string {
  return REPORT_FORMATS[format](report, style);
}
