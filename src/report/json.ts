import type {
  ApplyReport,
  Diagnostic,
  Diff,
  EffectiveSettings,
  EnvironmentDiff,
  Expansion,
  Json,
  JsonObject,
  Page,
  Plan,
  RedriveReport,
  Route,
  TestReport,
} from '../model/index.ts';
import { printableJson, printableJsonParts } from '../text/escape.ts';
import type { About } from './about.ts';
import type { Examined } from './checks-text.ts';
import { countSeverities } from './diagnostics-text.ts';
import type { RunFailure } from './failure.ts';

/** The plan itself; its schema is plan.schema.json. */
export function planJson(plan: Plan): string {
  return [...planJsonParts(plan)].join('');
}

/** In parts: the text of a plan of 100,000 resources takes hundreds of megabytes. */
export function planJsonParts(plan: Plan): Generator<string> {
  return printableJsonParts(plan as unknown as Json);
}

/** Its schema is in plan.schema.json, too. */
export function diffJson(diff: Diff): string {
  return printableJson(diff);
}

export function environmentsJson(diff: EnvironmentDiff): string {
  return printableJson(diff);
}

/** How a whole number is kept that JavaScript would round. Quotes inside a string are escaped. */
const LARGE_INTEGER = /\{\s*"\$int": "(-?\d+)"\s*\}/g;

/** A document in another tool's format: large numbers stand in it with all their digits. */
export function documentJson(document: JsonObject): string {
  return printableJson(document).replace(LARGE_INTEGER, '$1');
}

export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return printableJson({ version: 1, counts: countSeverities(diagnostics), diagnostics });
}

/** It stands where the plan or report would have stood; plan.schema.json describes it. */
export function failureJson(failure: RunFailure): string {
  return printableJson({ version: 1, failure });
}

export function reportJson(report: ApplyReport): string {
  return printableJson({ brokerform: 'report', ...report });
}

/** What `doctor` found at each broker. */
export function checksJson(examined: readonly Examined[], { project, environment }: About): string {
  return printableJson({ brokerform: 'doctor', version: 1, project, environment, brokers: examined });
}

export function rulesJson(rules: readonly Page[]): string {
  const shown = rules.map(({ code, severity, summary, explain }) => ({
    ...{ code, severity, summary },
    explain: explain.trim(),
  }));
  return printableJson({ brokerform: 'explain', version: 1, rules: shown });
}

export function routeJson(route: Route): string {
  return printableJson({ brokerform: 'route', version: 1, ...route });
}

export function testsJson(report: TestReport): string {
  return printableJson(report);
}

/** What patterns stand for; each `topology` is a document of a topology file. */
export function expansionsJson(expansions: readonly Expansion[]): string {
  const patterns = expansions.map(({ yaml: _, ...rest }) => rest);
  return printableJson({ brokerform: 'expand', version: 1, patterns });
}

export function policiesJson(resources: readonly EffectiveSettings[]): string {
  return printableJson({ brokerform: 'policies', version: 1, resources });
}

/** Its schema is in plan.schema.json, too. */
export function redriveJson(report: RedriveReport): string {
  return printableJson(report);
}
