import { type Address, allSteps, brokerOf, type Failure, type Plan, type Step } from '../model/index.ts';
import { checkReadiness, creationOf, isReset, type ReadyStep } from './readiness.ts';
import { type RunOptions, runWaves } from './run.ts';
import type { StepResult, Target, View } from './target.ts';

/** The final result of a step; `isSeen`: the final live state is as planned. */
export interface VerifiedResult extends StepResult {
  readonly isSeen?: boolean;
}

/**
 * Verifies that a broker matches the whole plan, including steps that were done before. A missing resource, for
 * example deleted by a concurrent apply, is created once more.
 */
export async function verifyTarget(
  plan: Plan,
  target: Target,
  results: Map<Address, VerifiedResult>,
  options: RunOptions,
): Promise<void> {
  const { name } = target.session.broker;
  const waves = plan.waves.map((wave) => wave.filter(({ address }) => brokerOf(address) === name));
  const steps = waves.flat();
  if (options.abort.aborted || !steps.some(({ address }) => wasSent(results.get(address)))) return;
  const separate = new Set(allSteps(plan).map(({ address }) => address));
  let view = await target.look().catch((error: Error) => error);
  if (!(view instanceof Error) && !options.drain.signal.aborted) {
    const repairs = repairsOf(waves, results, view);
    if (repairs.some((wave) => wave.length > 0)) {
      const repaired = await runWaves(target, repairs, options);
      for (const [address, { status, failure }] of repaired) {
        const result = results.get(address);
        if (result && failure && status === 'failed') results.set(address, { ...result, failure });
        else if (result?.status === 'not-started' && status === 'done') results.set(address, { status });
      }
      view = await target.look().catch((error: Error) => error);
    }
  }
  for (const step of steps) {
    const result = results.get(step.address);
    if (isToBeSeen(result)) results.set(step.address, verified(step, result, view, separate));
  }
}

function wasSent(result: StepResult | undefined): boolean {
  return result !== undefined && (result.status !== 'already' || result.failure !== undefined);
}

function isToBeSeen(result: VerifiedResult | undefined): result is VerifiedResult {
  return result?.status === 'done' || result?.status === 'unknown' || result?.status === 'already';
}

/** Creations of missing resources. Nothing is changed or deleted: other differences belong to other clients. */
function repairsOf(
  waves: readonly (readonly Step[])[],
  results: ReadonlyMap<Address, StepResult>,
  view: View,
): ReadyStep[][] {
  const { ready } = checkReadiness(waves.flat(), view);
  const byStep = new Map(ready.map((item) => [item.step, item]));
  const owed = new Set(
    ready
      .flatMap(({ step }) => step.dependents.filter((one) => one.outcome === 'recreated'))
      .map((one) => one.address),
  );
  return waves.map((wave) =>
    wave.flatMap((step) => {
      const item = byStep.get(step);
      const result = results.get(step.address);
      const isOwed = result?.status === 'not-started' && owed.has(step.address);
      if (!item || isReset(step) || !(isToBeSeen(result) || isOwed)) return [];
      const { calls, dependents } = item;
      const isAbsent = !view.exists(step.address) && step.action !== 'delete' && step.action !== 'update';
      if (isAbsent) return [{ ...item, calls: creationOf(step) }];
      return view.isDone(step) && calls.length + dependents.length > 0 ? [item] : [];
    }),
  );
}

function verified(
  step: Step,
  result: VerifiedResult,
  view: View | Error,
  separate: ReadonlySet<Address>,
): VerifiedResult {
  const op = step.calls[0]?.op ?? step.action;
  const { failure: refusal, ...rest } = result;
  if (view instanceof Error) {
    const message = `could not read the live state after the apply: ${view.message}`;
    return result.status === 'already' && !refusal
      ? { ...result, status: 'done', failure: { op, message } }
      : result.status === 'already'
        ? { ...rest, status: 'failed', failure: refusal ?? { op, message } }
        : { ...result, failure: refusal ?? { op, message } };
  }
  // The live state does not show whether a secret was set before the response was lost.
  if (result.status === 'unknown' && isReset(step)) return result;
  const message = view.isDone(step)
    ? dependentsOff(step, view, separate)
    : (keptOff(step, view) ?? whatIsOff(step, result, view));
  if (message === undefined) return { ...rest, status: rest.status === 'already' ? 'already' : 'done' };
  // A resource of another client conflicts with this step, or the missing response was a failure.
  if (result.status === 'already' && refusal) return { ...rest, status: 'failed', failure: refusal };
  if (result.status === 'unknown') return { ...rest, status: 'failed', failure: refusal ?? { op, message } };
  const failure: Failure = refusal
    ? { ...refusal, message: `${message}: ${refusal.message}` }
    : { op, message };
  return { ...rest, status: 'done', failure };
}

function whatIsOff({ address, action }: Step, { status }: StepResult, view: View): string {
  if (status === 'unknown') return 'no response, and the change was not made';
  if (action === 'delete') return 'it exists again: re-created by another client';
  const state = view.exists(address) ? 'not as planned' : 'missing';
  return status === 'already'
    ? `as planned at the start, ${state} now`
    : `the broker accepted the change, but the resource is ${state}`;
}

/** The dependents that a move keeps, where another client removed them. */
function keptOff(step: Step, view: View): string | undefined {
  const [first, ...more] = view.missingKept(step);
  return first && `missing: ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}

/** The dependents re-created by the step itself that are not as planned. */
function dependentsOff(step: Step, view: View, separate: ReadonlySet<Address>): string | undefined {
  // A client can re-create a removed dependent, such as a binding of its exclusive queue.
  const missing = step.dependents.filter(
    ({ address, outcome, resource }) =>
      outcome === 'recreated' && !separate.has(address) && !view.isLive(resource),
  );
  const [first] = missing;
  if (!first) return undefined;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  return `missing or not as planned: ${first.title}${more}`;
}
