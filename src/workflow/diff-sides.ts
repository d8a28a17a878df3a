import { compareFindings } from '../lint/index.ts';
import type { BrokenTest, Diagnostic, Diff, GuardChange, Side } from '../model/index.ts';
import { buildPlan } from '../plan/index.ts';
import type { Checked, CheckedProject } from './check.ts';
import { diffBroker } from './diff-broker.ts';
import { isFinding } from './known-brokers.ts';
import { TOOL } from './version.ts';

/** One side, read and checked. */
export interface CheckedSide {
  readonly ref?: string;
  readonly commit?: string;
  readonly checked: Checked;
}

/** Compares two sides, broker by broker, and what is wrong with them. @param brokenTests by the head */
export function compareSides(
  before: CheckedSide,
  after: CheckedSide,
  prune: boolean,
  brokenTests: readonly BrokenTest[] = [],
): Diff {
  const { project, diagnostics } = after.checked;
  const names = new Set([...before.checked.brokers.keys(), ...after.checked.brokers.keys()]);
  const sides = { base: before.checked, head: after.checked, unread: unreadFiles(before, after) };
  const parts = [...names].flatMap((name) => diffBroker(name, sides, prune) ?? []);
  const plan = buildPlan({
    tool: TOOL,
    project: project.name,
    environment: project.environment,
    createdAt: '',
    brokers: parts.map(({ broker }) => broker),
    steps: parts.map(({ steps }) => ({ steps, fingerprints: {} })),
    rules: {
      // How much would be lost is not known offline: nothing is blocked but what no broker can do.
      allow: ['destructive:**', 'protected:**'],
      protect: project.protect,
      ...(project.limits.deletes !== undefined && { maxDeletes: project.limits.deletes }),
    },
    inSync: 0,
    unmanaged: [],
    excluded: 0,
  });
  const isEmpty = before.checked.project.files.length === 0;
  // That nothing is there yet is no mistake of the base.
  const earlier = isEmpty ? [] : before.checked.diagnostics;
  return {
    brokerform: 'diff',
    version: 2,
    tool: TOOL,
    project: project.name,
    ...(project.environment !== undefined && { environment: project.environment }),
    base: { ...sideOf(before, earlier), ...(isEmpty && { note: 'no topology yet: everything is new' }) },
    head: sideOf(after, diagnostics),
    brokers: plan.brokers,
    steps: plan.waves.flat().sort((a, b) => (a.address < b.address ? -1 : 1)),
    blockers: plan.blockers,
    undeclared: parts.flatMap((part) => part.undeclared),
    guards: isEmpty ? [] : guardChanges(before.checked.project, project),
    effects: parts.flatMap((part) => part.effects),
    effectsCut: parts.reduce((sum, part) => sum + part.effectsCut, 0),
    findings: compareFindings(earlier, diagnostics),
    brokenTests,
    unchanged: parts.reduce((sum, part) => sum + part.unchanged, 0),
  };
}

export function sideOf({ ref, commit }: CheckedSide, diagnostics: readonly Diagnostic[]): Side {
  return {
    ...(ref !== undefined && { ref }),
    ...(commit !== undefined && { commit }),
    errors: mistakes(diagnostics).length,
  };
}

/** Errors that no rule found: for them, something was not read. */
function mistakes(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter((one) => one.severity === 'error' && !isFinding(one));
}

/**
 * Tells of a file whether one of the sides could not be read in full there. What one side seems to lack in it may well
 * be declared. A mistake elsewhere, in the configuration, may be about any file.
 */
export function unreadFiles(...sides: readonly CheckedSide[]): (file: string) => boolean {
  const files = new Set<string>();
  let all = false;
  for (const { checked } of sides) {
    if (checked.project.files.length === 0) continue;
    // A variable that is missing leaves its text as written, on both sides.
    const found = mistakes(checked.diagnostics).filter(({ code }) => code !== 'load/missing-variable');
    for (const { at } of found) {
      if (at && checked.project.files.includes(at.file)) files.add(at.file);
      else all = true;
    }
  }
  return (file) => all || files.has(file);
}

/** What two configurations say differently of what may be deleted, and of what is protected. */
function guardChanges(before: CheckedProject, after: CheckedProject): GuardChange[] {
  const globsOf = (globs: CheckedProject['owns']) => [...globs.values()].flat();
  return [
    ...listChanges('owns', globsOf(before.owns), globsOf(after.owns), 'added'),
    ...listChanges('ignore', globsOf(before.ignore), globsOf(after.ignore), 'removed'),
    ...listChanges('protect', before.protect, after.protect, 'removed'),
    ...limitChanges(before.limits.deletes, after.limits.deletes),
  ];
}

function listChanges(
  name: string,
  before: readonly string[],
  after: readonly string[],
  weakens: 'added' | 'removed',
): GuardChange[] {
  const removed = before.filter((glob) => !after.includes(glob));
  const added = after.filter((glob) => !before.includes(glob));
  return [
    ...removed.map((glob) => ({ name, before: glob, weaker: weakens === 'removed' })),
    ...added.map((glob) => ({ name, after: glob, weaker: weakens === 'added' })),
  ];
}

function limitChanges(before: number | undefined, after: number | undefined): GuardChange[] {
  if (before === after) return [];
  return [
    {
      name: 'limits.deletes',
      ...(before !== undefined && { before: String(before) }),
      ...(after !== undefined && { after: String(after) }),
      weaker: before !== undefined && (after === undefined || after > before),
    },
  ];
}
