import { type Call, type Plan, type StaleDifference, StalePlan, type Step } from '../model/index.ts';
import type { Target, View } from './target.ts';

/** A step and the calls that are still to be sent for it; none where it is done already. */
export interface ReadyStep {
  readonly step: Step;
  readonly calls: readonly Call[];
}

/** @throws StalePlan when a broker is not the one, or not in the version, that the plan was made for. */
export function checkIdentities(plan: Plan, targets: ReadonlyMap<string, Target>): void {
  const differences = plan.brokers.flatMap((planned): StaleDifference[] => {
    const live = targets.get(planned.name)?.session.broker;
    if (!live) return [{ subject: planned.name, message: 'this broker is not in the configuration' }];
    if (live.type !== planned.type || live.id !== planned.id) {
      const message = `the plan was made for ${planned.type} "${planned.id}", and this is ${live.type} "${live.id}"`;
      return [{ subject: planned.name, message }];
    }
    if (live.version === planned.version) return [];
    return [
      {
        subject: planned.name,
        message: `it ran ${planned.version} when the plan was made, and runs ${live.version} now`,
      },
    ];
  });
  if (differences.length > 0) throw new StalePlan(differences);
}

/**
 * Compares each step with the live state. What is done already needs nothing; a replacement that was cut off half
 * way is finished; anything else must be exactly as the plan found it, or it is a difference.
 */
export function checkReadiness(
  steps: readonly Step[],
  view: View,
): { ready: ReadyStep[]; differences: StaleDifference[] } {
  const differences: StaleDifference[] = [];
  const pendingReplacements = new Set<string>();
  const ready = steps.map((step): ReadyStep => {
    const calls = remainingCalls(step, view, pendingReplacements);
    if (calls === 'all') {
      const message = isHalfReplaced(step, view) ? undefined : view.difference(step);
      if (message !== undefined) differences.push({ subject: step.address, message });
      if (step.action === 'replace') pendingReplacements.add(step.address);
      return { step, calls: [...step.calls, ...step.dependants.flatMap((dependant) => dependant.calls)] };
    }
    return { step, calls };
  });
  return { ready, differences };
}

function remainingCalls(step: Step, view: View, pending: ReadonlySet<string>): readonly Call[] | 'all' {
  if (isReset(step)) return 'all';
  // A resource that a coming replacement takes along must be made again, however right it looks now.
  if (!view.isDone(step) || step.after.some((address) => pending.has(address))) return 'all';
  return step.dependants
    .filter((dependant) => dependant.outcome === 'recreated' && !view.exists(dependant.address))
    .flatMap((dependant) => dependant.calls);
}

/** What it sets nobody can read back: it is never seen to be done already. */
export function isReset({ change }: Step): boolean {
  return 'resets' in change && change.resets === true;
}

/** Deleted, and not yet made anew: what an interrupted apply leaves. The deletion is then a call that finds nothing. */
function isHalfReplaced(step: Step, view: View): boolean {
  return step.action === 'replace' && !view.exists(step.address);
}
