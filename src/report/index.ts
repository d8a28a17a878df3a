import {
  type ApplyReport,
  compareDiagnostics,
  type Diagnostic,
  type Diff,
  type EffectiveSettings,
  type EnvironmentDiff,
  type Expansion,
  type Graph,
  type Plan,
  type RedriveReport,
  type ResourceYaml,
  type Route,
  type TestReport,
} from '../model/index.ts';
import type { About } from './about.ts';
import { checksText, type Examined } from './checks-text.ts';
import { diagnosticsMarkdown } from './diagnostics-markdown.ts';
import { diagnosticsText } from './diagnostics-text.ts';
import { diffFindings } from './diff-findings.ts';
import { diffMarkdown } from './diff-markdown.ts';
import { diffText } from './diff-text.ts';
import { environmentsMarkdown } from './environments-markdown.ts';
import { environmentsText } from './environments-text.ts';
import { expansionsText } from './expansions-text.ts';
import { failureFindings, failureMarkdown, failureText, type RunFailure } from './failure.ts';
import { isCiFormat, renderFindings } from './findings.ts';
import {
  checksJson,
  diagnosticsJson,
  diffJson,
  environmentsJson,
  expansionsJson,
  failureJson,
  planJson,
  policiesJson,
  redriveJson,
  reportJson,
  routeJson,
  testsJson,
} from './json.ts';
import { type LocalReport, localJson, localText } from './local-text.ts';
import { driftMetrics, failureMetrics } from './metrics.ts';
import { driftFindings, planFindings } from './plan-findings.ts';
import { planMarkdown } from './plan-markdown.ts';
import { failurePatch, planPatch } from './plan-patch.ts';
import { planText } from './plan-text.ts';
import { policiesText } from './policies-text.ts';
import { redriveText } from './redrive-text.ts';
import { reportMarkdown } from './report-markdown.ts';
import { reportText } from './report-text.ts';
import { routeText } from './route-text.ts';
import type { Style } from './style.ts';
import { testsJunit } from './tests-junit.ts';
import { testsMarkdown } from './tests-markdown.ts';
import { testFindings, testsText } from './tests-text.ts';

export { escapeText } from '../text/escape.ts';
export type { About } from './about.ts';
export { hasDifferences } from './diff-text.ts';
export { failureText, type RunFailure } from './failure.ts';
export { documentJson, planJsonParts, rulesJson } from './json.ts';
export type { LocalReport } from './local-text.ts';
export { activityLine, progressLine } from './progress.ts';
export { decideColour, PLAIN, paint, type Style } from './style.ts';
export { unifiedDiff } from './unified-diff.ts';

/** Every result can be printed in each of these: `--format X`, and `--X-into FILE`. */
export const FORMATS = ['text', 'json', 'markdown', 'github', 'sarif', 'junit', 'gitlab'] as const;
export type Format = (typeof FORMATS)[number];

/** What shows a plan also as a unified diff of YAML. */
export const PLAN_FORMATS = [...FORMATS, 'diff'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** What shows a drift also as metrics. */
export const DRIFT_FORMATS = [...PLAN_FORMATS, 'prometheus'] as const;
export type DriftFormat = (typeof DRIFT_FORMATS)[number];

/**
 * A plan as text that ends in a newline; text lays it out as the style says, the other formats are never coloured.
 * @param picture what the plan changes, drawn; Markdown shows it
 */
export function renderPlan(
  plan: Plan,
  format: Format,
  style: Style,
  command: 'plan' | 'drift' = 'plan',
  picture?: Graph,
): string {
  if (isCiFormat(format)) {
    const { project, environment } = plan;
    const findings = command === 'drift' ? driftFindings(plan) : planFindings(plan);
    return renderFindings(findings, format, style, { command, project, environment });
  }
  return { text: planText, json: planJson, markdown: planMarkdown }[format](plan, style, command, picture);
}

/** A plan as one unified diff of these resources' live and desired YAML; empty if nothing changes. */
export function renderPatch(plan: Plan, resources: readonly ResourceYaml[], style: Style): string {
  return planPatch(plan, resources, style);
}

/** A drift as metrics. */
export function renderMetrics(plan: Plan): string {
  return driftMetrics(plan);
}

/** The difference of two revisions; `picture` as in {@link renderPlan}. */
export function renderDiff(diff: Diff, format: Format, style: Style, picture?: Graph): string {
  if (isCiFormat(format)) {
    const { project, environment } = diff;
    return renderFindings(diffFindings(diff), format, style, { command: 'diff', project, environment });
  }
  return { text: diffText, json: diffJson, markdown: diffMarkdown }[format](diff, style, picture);
}

/** What one topology declares in two environments. */
export function renderEnvironments(diff: EnvironmentDiff, format: Format, style: Style): string {
  if (isCiFormat(format)) {
    const { project, to: environment, promoted } = diff;
    const findings = promoted ? diffFindings(promoted) : [];
    return renderFindings(findings, format, style, { command: 'diff', project, environment });
  }
  return { text: environmentsText, json: environmentsJson, markdown: environmentsMarkdown }[format](
    diff,
    style,
  );
}

const VALIDATE: About = { command: 'validate' };

/** Findings, sorted by file and line. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  format: Format,
  style: Style,
  about: About = VALIDATE,
): string {
  if (isCiFormat(format))
    return renderFindings([...diagnostics].sort(compareDiagnostics), format, style, about);
  if (format === 'markdown') return diagnosticsMarkdown(diagnostics, about);
  return format === 'json' ? diagnosticsJson(diagnostics) : diagnosticsText(diagnostics, style);
}

/** Why a command could not do its work, instead of its result. */
export function renderFailure(failure: RunFailure, format: DriftFormat, style: Style, about: About): string {
  if (format === 'prometheus') return failureMetrics(about);
  if (format === 'diff') return failurePatch(failure);
  if (isCiFormat(format)) return renderFindings(failureFindings(failure), format, style, about);
  if (format === 'markdown') return failureMarkdown(failure, about);
  return format === 'json' ? failureJson(failure) : failureText(failure, style);
}

/** What an apply did. */
export function renderReport(
  report: ApplyReport,
  format: 'text' | 'json' | 'markdown',
  style: Style,
): string {
  return { text: reportText, json: reportJson, markdown: reportMarkdown }[format](report, style);
}

/** What `doctor` found at each broker. */
export function renderChecks(
  examined: readonly Examined[],
  format: 'text' | 'json',
  style: Style,
  about: About,
): string {
  return format === 'json' ? checksJson(examined, about) : checksText(examined, style);
}

/** Where a message goes. */
export function renderRoute(route: Route, format: 'text' | 'json', style: Style): string {
  return format === 'json' ? routeJson(route) : routeText(route, style);
}

/** Which tests passed, and why the others did not. */
export function renderTests(report: TestReport, format: Format, style: Style): string {
  if (format === 'junit') return testsJunit(report);
  if (isCiFormat(format)) {
    const { project, environment } = report;
    return renderFindings(testFindings(report.results), format, style, {
      command: 'test',
      project,
      environment,
    });
  }
  return { text: testsText, json: testsJson, markdown: testsMarkdown }[format](report, style);
}

/** What patterns stand for, as topology files. */
export function renderExpansions(
  expansions: readonly Expansion[],
  format: 'text' | 'json',
  style: Style,
): string {
  return format === 'json' ? expansionsJson(expansions) : expansionsText(expansions, style);
}

/** What is in force for resources, and where it comes from. */
export function renderPolicies(
  all: readonly EffectiveSettings[],
  format: 'text' | 'json',
  style: Style,
): string {
  return format === 'json' ? policiesJson(all) : policiesText(all, style);
}

/** What a redrive did, or would do. */
export function renderRedrive(report: RedriveReport, format: 'text' | 'json', style: Style): string {
  return format === 'json' ? redriveJson(report) : redriveText(report, style);
}

/** What `up` started. */
export function renderLocal(local: LocalReport, format: 'text' | 'json', style: Style): string {
  return format === 'json' ? localJson(local) : localText(local, style);
}
