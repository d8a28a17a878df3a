import type { GuardChange } from '../model/index.ts';
import type { CheckedProject } from './check.ts';

/** What two configurations say differently of what may be deleted, and of what is protected. */
export function guardChanges(before: CheckedProject, after: CheckedProject): GuardChange[] {
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
