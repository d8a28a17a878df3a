import {
  type ApplyReport,
  compareDiagnostics,
  type Diagnostic,
  type Diff,
  type EffectiveSettings,
  type EnvironmentDiff,
  type Examined,
  type Expansion,
  type Graph,
  type Json,
  type JsonObject,
  type Page,
  type Plan,
  type RedriveReport,
  type Route,
  type TestReport,
} from '../model/index.ts';
import { printableJson, printableJsonParts } from '../text/escape.ts';
import type { About } from './about.ts';
import { checksText, expansionsText, type LocalReport, localText } from './command-texts.ts';
import { diagnosticsMarkdown } from './diagnostics-markdown.ts';
import { countSeverities, diagnosticsText } from './diagnostics-text.ts';
import { diffMarkdown, environmentsMarkdown } from './diff-markdown.ts';
import { diffText, environmentsText } from './diff-text.ts';
import { failureFindings, failureMarkdown, failureText, type RunFailure } from './failure.ts';
import { isCiFormat, renderFindings } from './findings.ts';
import { failureMetrics } from './metrics.ts';
import { diffFindings, driftFindings, planFindings } from './plan-findings.ts';
import { planMarkdown } from './plan-markdown.ts';
import { failurePatch } from './plan-patch.ts';
import { planText } from './plan-text.ts';
import { policiesText } from './policies-text.ts';
import { redriveText } from './redrive-text.ts';
import { reportMarkdown, reportText } from './report-text.ts';
import { routeText } from './route-text.ts';
import type { Style } from './style.ts';
import { testsJunit, testsMarkdown } from './tests-formats.ts';
import { testFindings, testsText } from './tests-text.ts';

export { escapeText } from '../text/escape.ts';
export type { About } from './about.ts';
export type { LocalReport } from './command-texts.ts';
export { hasDifferences } from './diff-text.ts';
export { failureText, type RunFailure } from './failure.ts';
export { driftMetrics as renderMetrics } from './metrics.ts';
export { planPatch as renderPatch } from './plan-patch.ts';
export { activityLine, progressLine } from './report-text.ts';
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
  return { text: planText, json: printableJson, markdown: planMarkdown }[format](
    plan,
    style,
    command,
    picture,
  );
}

/** The difference of two revisions; `picture` as in {@link renderPlan}. */
export function renderDiff(diff: Diff, format: Format, style: Style, picture?: Graph): string {
  if (isCiFormat(format)) {
    const { project, environment } = diff;
    return renderFindings(diffFindings(diff), format, style, { command: 'diff', project, environment });
  }
  return { text: diffText, json: printableJson, markdown: diffMarkdown }[format](diff, style, picture);
}

/** What one topology declares in two environments. */
export function renderEnvironments(diff: EnvironmentDiff, format: Format, style: Style): string {
  if (isCiFormat(format)) {
    const { project, to: environment, promoted } = diff;
    const findings = promoted ? diffFindings(promoted) : [];
    return renderFindings(findings, format, style, { command: 'diff', project, environment });
  }
  return { text: environmentsText, json: printableJson, markdown: environmentsMarkdown }[format](diff, style);
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
  return format === 'json'
    ? printableJson({ version: 1, counts: countSeverities(diagnostics), diagnostics })
    : diagnosticsText(diagnostics, style);
}

/** Why a command could not do its work, instead of its result. */
export function renderFailure(failure: RunFailure, format: DriftFormat, style: Style, about: About): string {
  if (format === 'prometheus') return failureMetrics(about);
  if (format === 'diff') return failurePatch(failure);
  if (isCiFormat(format)) return renderFindings(failureFindings(failure), format, style, about);
  if (format === 'markdown') return failureMarkdown(failure, about);
  // It stands where the plan or report would have stood; plan.schema.json describes it.
  return format === 'json' ? printableJson({ version: 1, failure }) : failureText(failure, style);
}

/** The JSON of a plan in parts: the text of a plan of 100,000 resources takes hundreds of megabytes. */
export function planJsonParts(plan: Plan): Generator<string> {
  return printableJsonParts(plan as unknown as Json);
}

function reportJson(report: ApplyReport): string {
  return printableJson({ brokerform: 'report', ...report });
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
  const { project, environment } = about;
  return format === 'json'
    ? printableJson({ brokerform: 'doctor', version: 1, project, environment, brokers: examined })
    : checksText(examined, style);
}

/** Where a message goes. */
export function renderRoute(route: Route, format: 'text' | 'json', style: Style): string {
  return format === 'json'
    ? printableJson({ brokerform: 'route', version: 1, ...route })
    : routeText(route, style);
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
  return { text: testsText, json: printableJson, markdown: testsMarkdown }[format](report, style);
}

/** What patterns stand for, as topology files. */
export function renderExpansions(
  expansions: readonly Expansion[],
  format: 'text' | 'json',
  style: Style,
): string {
  if (format === 'text') return expansionsText(expansions, style);
  const patterns = expansions.map(({ yaml: _, ...rest }) => rest);
  return printableJson({ brokerform: 'expand', version: 1, patterns });
}

/** What is in force for resources, and where it comes from. */
export function renderPolicies(
  all: readonly EffectiveSettings[],
  format: 'text' | 'json',
  style: Style,
): string {
  return format === 'json'
    ? printableJson({ brokerform: 'policies', version: 1, resources: all })
    : policiesText(all, style);
}

/** What a redrive did, or would do. */
export function renderRedrive(report: RedriveReport, format: 'text' | 'json', style: Style): string {
  return format === 'json' ? printableJson(report) : redriveText(report, style);
}

/** What `up` started. */
export function renderLocal(local: LocalReport, format: 'text' | 'json', style: Style): string {
  if (format === 'text') return localText(local, style);
  const { report, ...rest } = local;
  const applied = report && { report: { brokerform: 'report', ...report } };
  return printableJson({ brokerform: 'up', version: 1, ...rest, ...applied });
}

/** Pages of codes as JSON. */
export function rulesJson(rules: readonly Page[]): string {
  const shown = rules.map(({ code, severity, summary, explain }) => ({
    ...{ code, severity, summary },
    explain: explain.trim(),
  }));
  return printableJson({ brokerform: 'explain', version: 1, rules: shown });
}

/** How a whole number is kept that JavaScript would round. Quotes inside a string are escaped. */
const LARGE_INTEGER = /\{\s*"\$int": "(-?\d+)"\s*\}/g;

/** A document in another tool's format: large numbers stand in it with all their digits. */
export function documentJson(document: JsonObject): string {
  return printableJson(document).replace(LARGE_INTEGER, '$1');
}
