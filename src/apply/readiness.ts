import {
  type Address,
  type Call,
  type Dependant,
  type Plan,
  type StaleDifference,
  StalePlan,
  type Step,
} from '../model/index.ts';
import type { Target, View } from './target.ts';

/** A step, and what is still to be sent for it; nothing where it is done already. */
export interface ReadyStep {
  readonly step: Step;
  /** What is left of the step's own calls. */
  readonly calls: readonly Call[];
  /** Dependents that it makes again behind them. */
  readonly dependants: readonly Dependant[];
}

export interface Readiness {
  /** In the order of the steps. */
  readonly ready: ReadyStep[];
  /** Steps of which nothing is done yet, and whose live state is as the plan found it. */
  readonly asPlanned: Step[];
  readonly differences: StaleDifference[];
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
 * Compares each step with the live state, so that a plan can be repeated after it was cut off at any call: what is
 * done needs nothing, a replacement whose deletion is done goes on with its creation. What the plan does not know
 * about is a difference.
 *
 * @param steps in an order in which they may run
 */
export function checkReadiness(steps: readonly Step[], view: View): Readiness {
  const asPlanned: Step[] = [];
  const differences: StaleDifference[] = [];
  const pending = new Set<Address>();
  const ready = steps.map((step): ReadyStep => {
    // What a coming replacement takes along must be made again, however right it looks now.
    const isTaken = step.after.some((address) => pending.has(address));
    if (view.isDone(step) && !isReset(step) && !isTaken) return whatIsLeft(step, view);
    const message = view.difference(step);
    if (message !== undefined) differences.push({ subject: step.address, message });
    else if (!('before' in step.change) || view.isLive(step.change.before)) asPlanned.push(step);
    if (step.action !== 'replace') return { step, calls: step.calls, dependants: [] };
    if (view.exists(step.address)) pending.add(step.address);
    const calls = view.exists(step.address) && !isHalfMade(step, view) ? step.calls : creationOf(step);
    return { step, calls, dependants: recreated(step) };
  });
  return { ready, asPlanned, differences };
}

/** What an apply that was cut off has left to do for a step whose resource is as wanted. */
function whatIsLeft(step: Step, view: View): ReadyStep {
  // A deletion may take along what it brings back right behind it: an exchange that goes with its last binding.
  const calls = step.action === 'delete' ? creationOf(step).filter(({ target }) => !view.exists(target)) : [];
  return { step, calls, dependants: recreated(step).filter(({ address }) => !view.exists(address)) };
}

/** The dependents that the step itself makes again: those of several replacements have a step of their own. */
function recreated(step: Step): Dependant[] {
  return step.dependants.filter(({ calls }) => calls.length > 0);
}

/** The calls behind the deletion, which comes first; see `Kind.calls`. */
export function creationOf({ action, calls }: Step): readonly Call[] {
  return action === 'replace' || action === 'delete' ? calls.slice(1) : calls;
}

/** Whether what is there is neither the old resource nor the new one, and the new one takes several calls to make. */
function isHalfMade(step: Step, view: View): boolean {
  return takesSeveralCalls(step) && 'before' in step.change && !view.isLive(step.change.before);
}

/** What one call makes is there or not; what several make can be found half made. */
export function takesSeveralCalls(step: Step): boolean {
  return creationOf(step).filter(({ target }) => target === step.address).length > 1;
}

/** What it sets nobody can read back: it is never seen to be done already. */
export function isReset({ change }: Step): boolean {
  return 'resets' in change && change.resets === true;
}
