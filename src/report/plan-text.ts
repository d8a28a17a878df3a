import type { BrokerIdentity, Plan, Uncompared } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { joinParts } from '../text/words.ts';
import { subjectName } from './about.ts';
import { abandonedBlocks, effectBlocks, headed, sideNotes, undeclaredBlocks } from './plan-blocks.ts';
import { type PlanSections, SECTION_ORDER, type SectionName, sectionsOf, summaryParts } from './sections.ts';
import { noteColumn, refusalLines, stepLines } from './step-lines.ts';
import { paint, RISK_COLOUR, type Style } from './style.ts';
import { brokenTestBlocks } from './tests-text.ts';

export const TITLE = {
  validate: 'Findings',
  plan: 'Plan',
  drift: 'Drift',
  diff: 'Diff',
  apply: 'Apply',
  doctor: 'Doctor',
  expand: 'Patterns',
  explain: 'Rules',
  graph: 'Graph',
  policies: 'Policies',
  redrive: 'Redrive',
  route: 'Route',
  test: 'Tests',
  'upgrade-check': 'Upgrade',
  up: 'Local brokers',
} as const;

/** The plan for a terminal: the summary first, then the changes, worst class first. */
export function planText(plan: Plan, style: Style, command: 'plan' | 'drift'): string {
  const sections = sectionsOf(plan);
  const blocks = [
    ...SECTION_ORDER.map((name) => sectionLines(name, sections, plan.createdAt, style)),
    headed('INTERRUPTED MOVES', abandonedBlocks(plan.abandonedMoves ?? [], style), style),
    headed('NO LONGER DECLARED', leftBehindBlocks(plan, style), style),
    headed('ROUTING', plan.base ? effectBlocks(plan.base, style) : [], style),
    headed('BROKEN TESTS', plan.base ? brokenTestBlocks(plan.base.brokenTests, style) : [], style),
  ];
  const unmanaged = command === 'drift' || style.verbose ? plan.unmanaged : [];
  return [
    paint(style, 'bold', planTitle(plan, command)),
    summaryLine(plan, sections, style, command),
    ...(plan.base ? sideNotes([plan.base.revision]) : []),
    ...blocks.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]),
    ...(unmanaged.length > 0
      ? ['', 'UNMANAGED', ...unmanaged.map((address) => ` ?  ${escapeText(address)}`)]
      : []),
    ...notComparedLines(style.verbose ? (plan.uncompared ?? []) : []),
    '',
  ].join('\n');
}

function notComparedLines(uncompared: readonly Uncompared[]): string[] {
  if (uncompared.length === 0) return [];
  const lines = uncompared.map(
    ({ address, fields }) => ` ?  ${escapeText(address)}  ${escapeText(fields.join(', '))}`,
  );
  return ['', 'NOT COMPARED', ...lines];
}

/** What the base declares, the plan does not, and the brokers have. */
function leftBehindBlocks({ base, createdAt }: Plan, style: Style): string[][] {
  return base ? undeclaredBlocks(base.undeclared, base.revision, createdAt.slice(0, 10), style) : [];
}

/** `Plan prod-eu · rabbitmq "orders-cluster" 4.3.6` */
function planTitle(plan: Plan, command: 'plan' | 'drift'): string {
  return [
    `${TITLE[command]} ${escapeText(subjectName(plan) ?? '')}`,
    ...plan.brokers.map((broker) => brokerText(broker, plan)),
  ].join(' · ');
}

/** By the name in the configuration, too, where another one is of the same type. */
function brokerText({ name, type, id, version }: BrokerIdentity, { brokers }: Plan): string {
  const isAlone = brokers.filter((other) => other.type === type).length === 1;
  const label = isAlone ? escapeText(type) : `${escapeText(name)}: ${escapeText(type)}`;
  return `${label} ${JSON.stringify(shorten(escapeText(id)))} ${escapeText(version)}`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function summaryLine(plan: Plan, sections: PlanSections, style: Style, command: 'plan' | 'drift'): string {
  const parts = summaryParts(plan, sections);
  if (hasChanges(sections)) {
    return joinParts(parts, (label, text) => paint(style, RISK_COLOUR[label as SectionName] ?? [], text));
  }
  const rest = joinParts(parts);
  // Unmanaged resources are drift too, although an apply would change nothing.
  const isDrift = command === 'drift' && plan.unmanaged.length > 0;
  if (isDrift) return `${paint(style, 'yellow', 'Unmanaged resources only.')} ${rest}`;
  return `${paint(style, 'green', 'No changes.')}${rest === '' ? '' : ` ${rest}`}`;
}

export function hasChanges(sections: PlanSections): boolean {
  return sections.refusals.length > 0 || SECTION_ORDER.some((name) => sections[name].length > 0);
}

/** A section with its heading; nothing where it is empty. */
export function sectionLines(
  name: SectionName,
  sections: PlanSections,
  createdAt: string,
  style: Style,
): string[] {
  const blocks = sectionBlocks(name, sections, createdAt, style);
  return blocks.length > 0 ? [paint(style, RISK_COLOUR[name], name.toUpperCase()), ...blocks.flat()] : [];
}

/** Each change of a section as its own lines. */
export function sectionBlocks(
  name: SectionName,
  sections: PlanSections,
  createdAt: string,
  style: Style,
): string[][] {
  const planDate = createdAt.slice(0, 10);
  const column = noteColumn(
    sections[name].map(({ step }) => step),
    style,
  );
  const laid = { ...style, noteColumn: column };
  return [
    ...sections[name].map((entry) => stepLines(entry, name, planDate, laid)),
    ...(name === 'blocked' ? sections.refusals.map((blocker) => refusalLines(blocker, style)) : []),
  ];
}
