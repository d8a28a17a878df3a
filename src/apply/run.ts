import type { Address, Affected, CallStatus, SendOptions, Step, Trial } from '../model/index.ts';
import { bringBack } from './bring-back.ts';
import type { ReadyStep } from './readiness.ts';
import type { StepResult, Target } from './target.ts';

export interface RunOptions {
  readonly onError: 'stop' | 'continue';
  /** Aborted by the first signal, or by the first failure with `onError: stop`: no new step starts. */
  readonly drain: AbortController;
  readonly abort: AbortSignal;
  readonly detach: boolean;
  readonly limitRate?: number;
  /** Whether any step has failed so far, on any broker. */
  readonly hasFailed: () => boolean;
  readonly onResult: (result: StepResult) => void;
  /** Receives the progress of long operations. */
  readonly onWork?: (broker: string, text?: string) => void;
}

type Results = Map<Address, StepResult>;
type Settle = (step: Step, result: StepResult) => void;

/**
 * Sends the waves of one broker in order. A step does not start if a dependency failed. After any failure nothing
 * is deleted, because its replacement may be missing. A replacement that fails its rehearsal does not start, and
 * independent steps continue. If a replacement is rejected after its deletion, the previous resource is restored.
 */
export async function runWaves(
  target: Target,
  waves: readonly (readonly ReadyStep[])[],
  options: RunOptions,
): Promise<Results> {
  const trials = await rehearse(target, waves.flat(), {
    drain: options.drain.signal,
    abort: options.abort,
  });
  const results: Results = new Map();
  const byAddress = new Map(waves.flat().map(({ step }) => [step.address, step]));
  const settle: Settle = (step, outcome) => {
    const note = outcome.note ?? trials.get(step.address)?.note;
    const result = { ...outcome, ...(note !== undefined && { note }) };
    results.set(step.address, result);
    if (result.status === 'failed' && options.onError === 'stop') options.drain.abort();
    options.onResult(result);
  };
  for (const wave of waves) {
    const started: ReadyStep[] = [];
    const owed: ReadyStep[] = [];
    for (const item of wave) {
      const { step, calls, dependents } = item;
      const refusal = trials.get(step.address)?.failure;
      if (refusal) {
        const result: StepResult = { status: 'failed', failure: refusal, stands: 'other' };
        results.set(step.address, result);
        options.onResult(result);
        continue;
      }
      if (calls.length === 0 && dependents.length === 0) {
        settle(step, { status: 'already' });
        continue;
      }
      const takers = takersOf(step, byAddress);
      const isOwed = takers.some((address) => hasBegun(results.get(address)));
      const message = isOwed
        ? whyLost(step, takers, results, options)
        : whyNotStarted(step, results, options);
      if (message === undefined) (isOwed ? owed : started).push(item);
      else settle(step, { status: 'not-started', failure: { op: calls[0]?.op ?? '', message } });
    }
    if (started.length > 0) await sendWave(target, started, options, settle);
    // Dependents of a replacement are re-created even if other steps are stopped.
    if (owed.length > 0) await sendWave(target, owed, { ...options, drain: new AbortController() }, settle);
  }
  return results;
}

const NONE: ReadonlyMap<Address, Affected> = new Map();

async function sendWave(
  target: Target,
  started: readonly ReadyStep[],
  options: RunOptions,
  settle: Settle,
): Promise<void> {
  const costly = started.map(({ step }) => step).filter(({ affected }) => affected !== undefined);
  // If the broker is unreachable, the calls of each step report it.
  const readAffected = costly.length > 0 ? await target.readAffected(costly).catch(() => NONE) : NONE;
  const units = started.map(({ calls, dependents }) => [...calls, ...dependents.flatMap((one) => one.calls)]);
  const { drain, abort, detach, limitRate, onWork } = options;
  const { name } = target.session.broker;
  const broken: { item: ReadyStep; callsDone: number; result: StepResult }[] = [];
  for await (const outcome of target.session.send(units, {
    ...{ drain: drain.signal, abort, detach },
    ...(limitRate !== undefined && { limitRate }),
    ...(onWork && { onWork: (text?: string) => onWork(name, text) }),
  })) {
    const item = started[outcome.unit];
    if (!item) throw new Error(`${name} told of unit ${outcome.unit}, which was never sent`);
    const affected = readAffected.get(item.step.address);
    const { status, failure, note, callsDone } = outcome;
    const result: StepResult = {
      status,
      ...(failure && { failure }),
      ...(note !== undefined && { note }),
      ...(affected && { affected }),
      ...(status === 'failed' && callsDone > 0 && { partly: true }),
    };
    if (status !== 'failed') {
      settle(item.step, result);
      continue;
    }
    if (options.onError === 'stop') drain.abort();
    broken.push({ item, callsDone, result });
  }
  // Deleted resources are restored even if other steps are stopped.
  const mended = await bringBack(target, broken, abort);
  for (const [i, { item, result }] of broken.entries()) settle(item.step, { ...result, ...mended[i] });
}

function whyNotStarted(
  step: Step,
  results: Results,
  { abort, drain, hasFailed }: RunOptions,
): string | undefined {
  if (abort.aborted || drain.signal.aborted) return 'stopped before this step';
  const missing = step.runsAfter.find((address) => isMissing(results.get(address)));
  if (missing !== undefined) return `needs ${missing}, which was not applied`;
  return step.action === 'delete' && hasFailed() ? 'nothing is deleted after a failure' : undefined;
}

/** The replacements that delete a dependent which has a separate step for its re-creation. */
function takersOf({ address, runsAfter }: Step, steps: ReadonlyMap<Address, Step>): Address[] {
  const takes = ({ dependents }: Step) =>
    dependents.some((one) => one.address === address && one.outcome === 'recreated');
  return runsAfter.filter((taker) => {
    const step = steps.get(taker);
    return step !== undefined && takes(step);
  });
}

function hasBegun(result: StepResult | undefined): boolean {
  return result !== undefined && result.status !== 'already' && result.status !== 'not-started';
}

/** A dependent is re-created for the current resource: the new or the previous one. */
function whyLost(
  step: Step,
  takers: readonly Address[],
  results: Results,
  { abort }: RunOptions,
): string | undefined {
  if (abort.aborted) return 'stopped before this step';
  const missing = step.runsAfter.find((address) => {
    const result = results.get(address);
    const stands = result?.stands !== undefined || result?.status === 'not-started';
    return isMissing(result) && !(takers.includes(address) && stands);
  });
  return missing === undefined ? undefined : `needs ${missing}, which was not applied`;
}

/** Whether other steps can depend on it: a topic exists while its replicas still move. */
const THERE: readonly CallStatus[] = ['done', 'already', 'under-way'];

export function isMissing(result: StepResult | undefined): boolean {
  return result !== undefined && result.stands !== 'wanted' && !THERE.includes(result.status);
}

/**
 * Rehearses replacements on the broker before anything is deleted, if the session supports it.
 * @returns the results by address of the step
 */
async function rehearse(
  { session }: Target,
  steps: readonly ReadyStep[],
  options: Pick<SendOptions, 'drain' | 'abort'>,
): Promise<ReadonlyMap<Address, Trial>> {
  // If an earlier apply already deleted it, the creation is sent, and a rejection restores the previous
  // resource.
  const replacing = steps.filter(
    ({ step, calls }) => step.action === 'replace' && calls.length > 0 && calls.length === step.calls.length,
  );
  if (replacing.length === 0 || !session.rehearse) return new Map();
  const trials = await session.rehearse(
    replacing.map(({ calls }) => calls),
    options,
  );
  return new Map(
    trials.flatMap((trial): [Address, Trial][] => {
      const step = replacing[trial.unit]?.step;
      return step ? [[step.address, trial]] : [];
    }),
  );
}
