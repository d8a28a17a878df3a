import {
  type Action,
  type Blocker,
  compareDiagnostics,
  type Diagnostic,
  type Diff,
  type Effect,
  type LeftBehind,
  type Plan,
  type Severity,
  type Source,
  type Step,
  subject,
  waysOn,
  worstRisk,
} from '../model/index.ts';
import { diffSections } from './diff-text.ts';
import { abandonedFindings } from './plan-blocks.ts';
import { type Entry, type PlanSections, type SectionName, sectionsOf } from './sections.ts';
import { brokenTestFindings } from './tests-text.ts';

const SEVERITY: Readonly<Record<SectionName, Severity>> = {
  blocked: 'error',
  destructive: 'warning',
  disruptive: 'warning',
  safe: 'info',
};
const VERB: Readonly<Record<Action, string>> = {
  create: 'creates',
  update: 'changes',
  replace: 'replaces',
  delete: 'deletes',
};

/** What a plan does that somebody should look at, as findings at the lines of the YAML; the worst first. */
export function planFindings(plan: Plan): Diagnostic[] {
  const { effects = [], undeclared = [], brokenTests = [] } = plan.base ?? {};
  return [
    ...brokenTestFindings(brokenTests),
    ...riskyFindings(sectionsOf(plan)),
    ...effectFindings(effects, 'plan'),
    ...abandonedFindings(plan.abandonedMoves ?? []),
    ...undeclared.map(leftBehindFinding),
  ];
}

/** An undeclared resource that still has an effect needs attention. It has no line: it is not in the YAML. */
function leftBehindFinding({
  address,
  title,
  detail,
  fields,
  reset,
  still,
  affected,
  at,
}: LeftBehind): Diagnostic {
  const name = detail === '' ? title : `${title} (${detail})`;
  const message = fields
    ? `${name}: ${fields.map((field) => field.name).join(', ')} no longer declared; the broker keeps the current value`
    : [`${name} is no longer declared; it stays on the broker`, still, affected && `holds ${affected.text}`]
        .filter((part) => part !== undefined)
        .join('; ');
  return {
    code: 'plan/left-behind',
    severity: still === undefined ? 'info' : 'warning',
    message,
    address,
    ...(fields
      ? { ...(at && { at }), ...(reset !== undefined && { hint: `to reset, write ${reset}` }) }
      : { hint: `to delete it, add to a topology: retired: [${address}]` }),
  };
}

/** Messages or clients that lose something, at the lines of the head. */
function effectFindings(effects: readonly Effect[], command: 'plan' | 'diff'): Diagnostic[] {
  return effects
    .filter(({ risk }) => risk === 'disruptive')
    .map(({ address, at, title, detail, about, more, outcome, text }): Diagnostic => {
      const messages = [...about, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
      return {
        code: `${command}/${outcome}`,
        severity: 'warning',
        message: `${[title, detail, messages].filter((part) => part !== '').join('  ')}: ${text}`,
        address,
        ...(at && { at }),
      };
    });
}

function riskyFindings(sections: PlanSections): Diagnostic[] {
  const entries = (['blocked', 'destructive', 'disruptive'] as const).flatMap((name) =>
    sections[name].map((entry) => riskyFinding(entry, SEVERITY[name])),
  );
  return [...sections.refusals.map(refusal), ...entries];
}

/** Each difference between the topology and the brokers; the worst first, and unmanaged resources at the end. */
export function driftFindings(plan: Plan): Diagnostic[] {
  const sections = sectionsOf(plan);
  const entries = (['blocked', 'destructive', 'disruptive', 'safe'] as const).flatMap((name) =>
    sections[name].map((entry) => differing(entry, name)),
  );
  const unmanaged = plan.unmanaged.map(
    (address): Diagnostic => ({
      code: 'drift/unmanaged',
      severity: 'info',
      message: `${address} is unmanaged: owned by the project but not declared`,
      address,
    }),
  );
  const abandoned = abandonedFindings(plan.abandonedMoves ?? []);
  return [...sections.refusals.map(refusal), ...entries, ...abandoned, ...unmanaged];
}

function riskyFinding({ step, blockers }: Entry, severity: Severity): Diagnostic {
  const risks = step.risks.filter((risk) => risk.class !== 'safe');
  const worst = worstRisk(risks);
  const code = risks.find((risk) => risk.class === worst)?.code ?? step.action;
  const reasons = [
    ...fieldTexts(step),
    ...risks.map((risk) => risk.message),
    ...(step.affected ? [`affected: ${step.affected.text}`] : []),
  ];
  const hint = blockers.length > 0 ? wayOn(blockers) : hintOf(risks);
  return {
    code: `plan/${code}`,
    severity,
    message: `${VERB[step.action]} ${nameOf(step)}: ${[...new Set(reasons)].join('; ')}`,
    ...placeAndAddress(step),
    ...(hint !== undefined && { hint }),
  };
}

const DIFFERENCE: Readonly<Record<Action, readonly [code: string, text: string]>> = {
  create: ['missing', 'is missing on the broker'],
  update: ['differs', 'differs on the broker'],
  replace: ['differs', 'differs on the broker'],
  delete: ['not-gone', 'is retired but still on the broker'],
};

/** Seen from the topology: the broker lacks a resource, or has it otherwise. */
function differing({ step }: Entry, section: SectionName): Diagnostic {
  const [code, text] = DIFFERENCE[step.action];
  const fields = fieldTexts(step);
  const severity = section === 'safe' ? 'warning' : SEVERITY[section];
  return {
    code: `drift/${code}`,
    severity,
    message: `${nameOf(step)} ${text}${fields.length > 0 ? `: ${fields.join('; ')}` : ''}`,
    ...placeAndAddress(step),
  };
}

function refusal({ address, risk }: Blocker): Diagnostic {
  const { code, message, hint } = risk;
  return {
    code: `plan/${code}`,
    severity: 'error',
    message: `${address}: ${message}`,
    address,
    ...(hint !== undefined && { hint }),
  };
}

function nameOf({ title, detail }: Step): string {
  return detail === '' ? title : `${title} (${detail})`;
}

function fieldTexts({ action, fields }: Step): string[] {
  if (action !== 'update' && action !== 'replace') return [];
  return fields.map(({ name, before = 'unset', after = 'unset' }) => `${name} ${before} → ${after}`);
}

function placeAndAddress({ address, change, fields }: Step): { address: string; at?: Source } {
  const field = fields.find((one) => one.immutable !== undefined && one.at) ?? fields.find((one) => one.at);
  const at = field?.at ?? subject(change).at;
  return { address, ...(at && { at }) };
}

function wayOn(blockers: readonly Blocker[]): string {
  const { hints, flags } = waysOn(blockers);
  const hint = hints.join('; ');
  if (flags.length === 0) return hint === '' ? 'cannot be overridden' : hint;
  return hint === '' ? `to proceed: ${flags.join('; or: ')}` : [hint, ...flags].join('; or: ');
}

function hintOf(risks: readonly { readonly hint?: string }[]): string | undefined {
  const hints = [...new Set(risks.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  return hints.length > 0 ? hints.join('; ') : undefined;
}

/** What the head changes that somebody should look at, at the lines of its YAML; the worst first. */
export function diffFindings(diff: Diff): Diagnostic[] {
  const effects = effectFindings(diff.effects, 'diff');
  const undeclared = diff.undeclared.map(
    ({ address, title, fields, reset, at, owned }): Diagnostic => ({
      code: 'diff/undeclared',
      severity: 'info',
      message: fields
        ? `${title}: ${fields.map(({ name }) => name).join(', ')} no longer declared; the broker keeps the current value`
        : `${title} is no longer declared; ${owned ? 'apply --prune deletes it' : 'it stays on the broker'}`,
      address,
      // The line of a resource that is gone is a line of the base.
      ...(fields && at && { at }),
      ...(reset !== undefined && { hint: `to reset, write ${reset}` }),
    }),
  );
  const guards = diff.guards
    .filter(({ weaker }) => weaker)
    .map(
      ({ name, before = 'unset', after = 'unset' }): Diagnostic => ({
        code: 'diff/weaker-guard',
        severity: 'warning',
        message: `${name} is less strict than before: ${before} → ${after}`,
      }),
    );
  return [
    ...brokenTestFindings(diff.brokenTests),
    ...riskyFindings(diffSections(diff)),
    ...[...diff.findings.new].sort(compareDiagnostics),
    ...guards,
    ...effects,
    ...undeclared,
  ];
}
