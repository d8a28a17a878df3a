import {
  type Blocker,
  type BrokenTest,
  compareSources,
  groupBy,
  type Plan,
  type RiskClass,
  type Step,
  subject,
  type Uncompared,
  worstRisk,
} from '../model/index.ts';

export type SectionName = 'blocked' | 'destructive' | 'disruptive' | 'safe';

export const SECTION_ORDER: readonly SectionName[] = ['blocked', 'destructive', 'disruptive', 'safe'];

export interface Entry {
  readonly step: Step;
  readonly blockers: readonly Blocker[];
}

export interface PlanSections {
  /** Blockers of what is no step of the plan: a difference that the broker cannot make, for one. */
  readonly refusals: readonly Blocker[];
  readonly blocked: readonly Entry[];
  readonly destructive: readonly Entry[];
  readonly disruptive: readonly Entry[];
  readonly safe: readonly Entry[];
}

/** A step that was protected or refused and is allowed all the same counts as what it does to the data. */
function effect(step: Step): RiskClass {
  return worstRisk(step.risks.filter((risk) => risk.class !== 'protected' && risk.class !== 'refused'));
}

function compareEntries(a: Entry, b: Entry): number {
  const left = a.step.address;
  const right = b.step.address;
  return (
    compareSources(subject(a.step.change).at, subject(b.step.change).at) ||
    (left < right ? -1 : left > right ? 1 : 0)
  );
}

/** A plan's steps by what they cost, each section in the order of the files. */
export function sectionsOf(plan: Pick<Plan, 'waves' | 'blockers'>): PlanSections {
  const blockers = groupBy(plan.blockers, ({ address }) => address);
  const entries = plan.waves
    .flat()
    .map((step): Entry => ({ step, blockers: blockers.get(step.address) ?? [] }))
    .sort(compareEntries);
  const known = new Set(entries.map((entry) => entry.step.address));
  const free = entries.filter((entry) => entry.blockers.length === 0);
  return {
    refusals: plan.blockers.filter((blocker) => !known.has(blocker.address)),
    blocked: entries.filter((entry) => entry.blockers.length > 0),
    destructive: free.filter((entry) => effect(entry.step) === 'destructive'),
    disruptive: free.filter((entry) => effect(entry.step) === 'disruptive'),
    safe: free.filter((entry) => effect(entry.step) === 'safe'),
  };
}

/** How many of each there are, as the summary shows them. */
export function summaryParts(plan: Plan, sections: PlanSections): [count: number, label: string][] {
  return [
    [sections.blocked.length + new Set(sections.refusals.map(({ address }) => address)).size, 'blocked'],
    [sections.destructive.length, 'destructive'],
    [sections.disruptive.length, 'disruptive'],
    [sections.safe.length, 'safe'],
    [plan.inSync, 'in sync'],
    uncomparedPart(plan.uncompared ?? []),
    [plan.unmanaged.length, 'unmanaged'],
    [plan.abandonedMoves?.length ?? 0, `interrupted move${plan.abandonedMoves?.length === 1 ? '' : 's'}`],
    [plan.excluded, 'left out'],
    [plan.base?.undeclared.length ?? 0, 'no longer declared'],
    brokenTestsPart(plan.base?.brokenTests ?? []),
  ];
}

/** `2 broken tests` */
export function brokenTestsPart(broken: readonly BrokenTest[]): [count: number, label: string] {
  return [broken.length, `broken test${broken.length === 1 ? '' : 's'}`];
}

/** `2 passwords cannot be compared` */
function uncomparedPart(uncompared: readonly Uncompared[]): [count: number, label: string] {
  const fields = uncompared.flatMap((one) => one.fields);
  const word = fields.every((field) => /(?:^|\.)password[^.]*$/.test(field)) ? 'password' : 'secret';
  return [fields.length, `${word}${fields.length === 1 ? '' : 's'} cannot be compared`];
}
