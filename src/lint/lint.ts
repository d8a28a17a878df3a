import {
  append,
  type Baseline,
  type BrokerIdentity,
  compareDiagnostics,
  type Diagnostic,
  type Finding,
  groupBy,
  indexByAddress,
  isObject,
  type Json,
  kindOf,
  nearestWord,
  placeOf,
  type Resource,
  type Rule,
  type RuleConfig,
  type RuleContext,
  type Severity,
  type Source,
  type Suppression,
} from '../model/index.ts';
import { applyBaseline } from './earlier-findings.ts';
import { rules as neutralRules } from './rules/index.ts';
import { staleBaseline } from './rules/stale-baseline.ts';
import { unknownField } from './rules/unknown-field.ts';
import { unknownRule } from './rules/unknown-rule.ts';
import { unusedSuppression } from './rules/unused-suppression.ts';
import { SuppressionTable } from './suppressions.ts';

/** The declared topology of one broker, completed, with the rules of its provider. */
interface LintBroker {
  readonly broker: BrokerIdentity;
  /** Whether the version comes from `target-version` or a live broker. */
  readonly versionKnown: boolean;
  readonly resources: readonly Resource[];
  readonly rules: readonly Rule[];
}

interface LintConfig {
  /** By rule code. */
  readonly rules: Readonly<Record<string, RuleConfig>>;
  /** Place of each code in the configuration file. */
  readonly places?: Readonly<Record<string, Source>>;
}

export type UnknownField = Pick<Diagnostic, 'message' | 'at' | 'hint'>;

export interface LintInput {
  readonly brokers: readonly LintBroker[];
  readonly environment: string | undefined;
  readonly config: LintConfig;
  readonly suppressions: readonly Suppression[];
  /** By pattern: the codes of rules whose findings are what it is for. */
  readonly intended?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Rules of providers that this run does not use; their codes are valid in the configuration. */
  readonly otherRules?: Iterable<Rule>;
  /** Fields that rules of the project limit and no resource has. */
  readonly unknownFields?: readonly UnknownField[];
  readonly baseline?: Baseline;
  /** Whether the input is the complete topology; only then is a baseline entry without a finding stale. */
  readonly whole?: boolean;
}

export interface Linted {
  /** Sorted by file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
  /** Number of findings that the baseline accepts. */
  readonly accepted: number;
}

/** Runs every rule on every broker. */
export function lintTopology(input: LintInput): Linted {
  const suppressions = new SuppressionTable(input.suppressions);
  const diagnostics: Diagnostic[] = [];
  const ran = new Set<string>();
  for (const target of input.brokers) {
    const lookup = contextOf(target, input.environment);
    for (const rule of [...neutralRules, ...target.rules]) {
      const { severity, options } = settingOf(rule, input.config.rules[rule.code]);
      if (severity === 'off') continue;
      ran.add(rule.code);
      for (const finding of rule.check({ ...lookup, options })) {
        if (isIntended(input, rule.code, finding.resource)) continue;
        const diagnostic = describe(rule.code, severity, finding);
        if (!suppressions.silences(rule.code, finding, diagnostic.at)) diagnostics.push(diagnostic);
      }
    }
  }
  append(diagnostics, unknownCodes(input), limitingNothing(input), unused(suppressions, ran, input.config));
  diagnostics.sort(compareDiagnostics);
  return input.baseline ? withBaseline(diagnostics, input.baseline, input) : { diagnostics, accepted: 0 };
}

function isIntended({ intended }: LintInput, code: string, { at }: Resource): boolean {
  return at?.pattern !== undefined && (intended?.get(at.pattern)?.has(code) ?? false);
}

function withBaseline(diagnostics: readonly Diagnostic[], baseline: Baseline, input: LintInput): Linted {
  const { found, accepted, stale } = applyBaseline(diagnostics, baseline);
  const { severity } = settingOf(staleBaseline, input.config.rules[staleBaseline.code]);
  if (severity === 'off' || stale.length === 0 || input.whole === false)
    return { diagnostics: found, accepted };
  const names = stale.slice(0, 3).map(({ code, address }) => [code, address].filter(Boolean).join(' of '));
  const rest = stale.length > 3 ? ` and ${stale.length - 3} more` : '';
  const one: Diagnostic = {
    code: staleBaseline.code,
    severity,
    message: `baseline has stale entries: ${names.join(', ')}${rest}`,
    at: baseline.at,
    hint: `run brokerform validate --write-baseline ${baseline.at.file}`,
  };
  return { diagnostics: [...found, one].sort(compareDiagnostics), accepted };
}

function contextOf(target: LintBroker, environment: string | undefined): Omit<RuleContext, 'options'> {
  const byAddress = indexByAddress(target.resources);
  const byKind = groupBy(target.resources, ({ address }) => kindOf(address));
  return {
    broker: target.broker,
    versionKnown: target.versionKnown,
    environment,
    resources: target.resources,
    get: (address) => byAddress.get(address),
    ofKind: (kind) => byKind.get(kind) ?? [],
  };
}

function describe(code: string, severity: Severity, finding: Finding): Diagnostic {
  const { resource, path = [], message, hint, related } = finding;
  const at = placeOf(resource, path);
  return {
    code,
    severity,
    message,
    address: resource.address,
    ...(path.length > 0 && { path: path.join('.') }),
    ...(at && { at }),
    ...(hint !== undefined && { hint }),
    ...(related && { related }),
  };
}

/** A misspelled code would have no effect without an error. */
function unknownCodes(input: LintInput): Diagnostic[] {
  const { severity } = settingOf(unknownRule, input.config.rules[unknownRule.code]);
  if (severity === 'off') return [];
  const own = codesOf([...neutralRules, ...input.brokers.flatMap((one) => one.rules)]);
  let all: ReadonlySet<string> | undefined;
  const known = () => (all ??= new Set([...own, ...codesOf(input.otherRules ?? [])]));
  const isUnknown = (code: string) => !own.has(code) && !known().has(code);
  const describeUnknown = (code: string, message: string, at: Source | undefined): Diagnostic => {
    const nearest = nearestWord(code, known());
    return {
      code: unknownRule.code,
      severity,
      message,
      ...(at && { at }),
      ...(nearest && { hint: `did you mean ${nearest}?` }),
    };
  };
  const configured = Object.keys(input.config.rules)
    .filter(isUnknown)
    .map((code) => describeUnknown(code, `unknown lint rule "${code}"`, input.config.places?.[code]));
  const suppressed = input.suppressions.flatMap(({ codes, at }) =>
    codes
      .filter(isUnknown)
      .map((code) =>
        describeUnknown(code, `unknown lint rule "${code}"; only lint rules can be suppressed`, at),
      ),
  );
  return [...configured, ...suppressed];
}

function limitingNothing({ unknownFields = [], config }: LintInput): Diagnostic[] {
  const { severity } = settingOf(unknownField, config.rules[unknownField.code]);
  if (severity === 'off') return [];
  return unknownFields.map((one) => ({ code: unknownField.code, severity, ...one }));
}

function codesOf(rules: Iterable<Rule>): Set<string> {
  return new Set(Array.from(rules, ({ code }) => code));
}

/** A suppression is unused only if its rule ran. */
function unused(suppressions: SuppressionTable, ran: ReadonlySet<string>, config: LintConfig): Diagnostic[] {
  const { severity } = settingOf(unusedSuppression, config.rules[unusedSuppression.code]);
  if (severity === 'off') return [];
  return suppressions.entries
    .filter((entry) => !entry.used && ran.has(entry.code))
    .map(({ code, suppression }) => ({
      code: unusedSuppression.code,
      severity,
      message: `line ${suppression.covers} has no finding of ${code} to suppress`,
      at: suppression.at,
      hint: 'remove the comment, or move it directly above the line of the finding',
    }));
}

interface RuleSetting {
  readonly severity: Severity | 'off';
  readonly options: Readonly<Record<string, Json>>;
}

/** The severity and options of a rule: its defaults, overridden by the configuration. */
function settingOf(rule: Rule, config: RuleConfig | undefined): RuleSetting {
  if (config === undefined) return { severity: rule.severity, options: {} };
  if (!isObject(config)) return { severity: severityOf(config) ?? rule.severity, options: {} };
  const { severity, ...options } = config;
  return { severity: severityOf(severity) ?? rule.severity, options };
}

function severityOf(value: Json | undefined): RuleSetting['severity'] | undefined {
  return value === 'off' || value === 'error' || value === 'warning' || value === 'info' ? value : undefined;
}
