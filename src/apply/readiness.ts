import {
  type Address,
  type BrokerIdentity,
  type Call,
  type Dependent,
  isMove,
  isSameCluster,
  type Plan,
  type StaleDifference,
  StalePlan,
  type Step,
} from '../model/index.ts';
import type { Target, View } from './target.ts';

/** A step with its remaining calls; none if it is already done. */
export interface ReadyStep {
  readonly step: Step;
  /** The remaining calls of the step itself. */
  readonly calls: readonly Call[];
  /** Dependents that the step re-creates afterwards. */
  readonly dependents: readonly Dependent[];
}

export interface Readiness {
  /** In the order of the steps. */
  readonly ready: ReadyStep[];
  /** Steps that have not started and whose live state is as planned. */
  readonly asPlanned: Step[];
  readonly differences: StaleDifference[];
}

/** @throws StalePlan if the cluster or version of a broker differs from the plan. */
export function checkIdentities(plan: Plan, targets: ReadonlyMap<string, Target>): void {
  const differences = plan.brokers.flatMap((planned): StaleDifference[] => {
    const live = targets.get(planned.name)?.session.broker;
    if (!live) return [{ subject: planned.name, message: 'broker is not in the configuration' }];
    if (!isSameCluster(planned, live)) {
      const message = `plan is for ${clusterText(planned, live)}, but this is ${clusterText(live, planned)}`;
      return [{ subject: planned.name, message }];
    }
    if (live.version === planned.version) return [];
    return [
      {
        subject: planned.name,
        message: `version was ${planned.version} at plan time, is ${live.version} now`,
      },
    ];
  });
  if (differences.length > 0) throw new StalePlan(differences);
}

/** `rabbitmq "orders"`, with the id of the cluster where the other one has the same name. */
function clusterText({ type, id, clusterId }: BrokerIdentity, other: BrokerIdentity): string {
  const isNamesake = type === other.type && id === other.id && clusterId !== undefined;
  return `${type} "${id}"${isNamesake ? ` (${clusterId})` : ''}`;
}

/**
 * Compares each step with the live state, so that a plan can be repeated after an interruption at any call: a
 * completed step needs no calls, and a replacement continues after its deletion. A resource or state unknown to the
 * plan is a difference.
 *
 * @param steps in an executable order
 */
export function checkReadiness(steps: readonly Step[], view: View): Readiness {
  const asPlanned: Step[] = [];
  const differences: StaleDifference[] = [];
  const pending = new Set<Address>();
  const ready = steps.map((step): ReadyStep => {
    // A dependent of a pending replacement must be re-created even if it is currently as planned.
    const isTaken = step.runsAfter.some((address) => pending.has(address));
    if (view.isDone(step) && !isReset(step) && !isTaken) return whatIsLeft(step, view);
    const message = view.difference(step);
    if (message !== undefined) differences.push({ subject: step.address, message });
    else if (!('before' in step.change) || view.isLive(step.change.before)) asPlanned.push(step);
    if (step.action !== 'replace' || isMove(step.change)) return { step, calls: step.calls, dependents: [] };
    if (view.exists(step.address)) pending.add(step.address);
    const calls = view.exists(step.address) && !isHalfMade(step, view) ? step.calls : creationOf(step);
    return { step, calls, dependents: recreated(step) };
  });
  return { ready, asPlanned, differences };
}

/** The remaining calls of an interrupted apply for a step whose resource is as planned. */
function whatIsLeft(step: Step, view: View): ReadyStep {
  // A deletion can delete and re-create a dependent: an auto-delete exchange is deleted with its last
  // binding.
  const calls = step.action === 'delete' ? creationOf(step).filter(({ target }) => !view.exists(target)) : [];
  return { step, calls, dependents: recreated(step).filter(({ address }) => !view.exists(address)) };
}

/** The dependents that the step itself re-creates; dependents of several replacements have a separate step. */
function recreated(step: Step): Dependent[] {
  return step.dependents.filter(({ calls }) => calls.length > 0);
}

/**
 * The calls after the deletion, which is the first call; see `Kind.calls`. A move of several calls finds out itself what
 * is left to do.
 */
export function creationOf({ action, calls, change }: Step): readonly Call[] {
  if (isMove(change) && !(action === 'delete' && calls.length === 1)) return calls;
  return action === 'replace' || action === 'delete' ? calls.slice(1) : calls;
}

/** Whether the resource exists partially: it is neither the old nor the new one, and several calls create it. */
function isHalfMade(step: Step, view: View): boolean {
  return takesSeveralCalls(step) && 'before' in step.change && !view.isLive(step.change.before);
}

/** Whether several calls create the resource, so that it can exist partially. */
export function takesSeveralCalls(step: Step): boolean {
  return creationOf(step).filter(({ target }) => target === step.address).length > 1;
}

/** Whether the step sets secrets again. They cannot be read back, so it never counts as already done. */
export function isReset({ change }: Step): boolean {
  return 'resets' in change && change.resets === true;
}
