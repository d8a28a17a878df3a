import type { Address, CallStatus, Failure, Stake } from '../model/index.ts';
import type { ReadyStep } from './readiness.ts';
import { rehearse } from './rehearse.ts';
import type { Target } from './target.ts';

/** What became of a step before the live state was read again. */
export interface StepResult {
  readonly status: CallStatus;
  readonly failure?: Failure;
  readonly note?: string;
  readonly stake?: Stake;
}

export interface RunOptions {
  readonly onError: 'stop' | 'continue';
  /** Aborted by the first signal, or by the first failure with `onError: stop`: nothing new starts. */
  readonly drain: AbortController;
  readonly abort: AbortSignal;
  readonly detach: boolean;
  readonly onResult: (result: StepResult) => void;
  /** Told by brokers that are at something that takes long. */
  readonly onWork?: (broker: string, text?: string) => void;
}

/**
 * Sends the waves of one broker, one after the other. A step whose need failed is not started; after any failure
 * nothing is deleted, because what was to take its place may be missing. A replacement that the broker refuses when
 * it is tried out is not begun, and stops nothing that is independent of it.
 */
export async function runWaves(
  target: Target,
  waves: readonly (readonly ReadyStep[])[],
  options: RunOptions,
): Promise<Map<Address, StepResult>> {
  const signals = { drain: options.drain.signal, abort: options.abort };
  const trials = await rehearse(target, waves.flat(), signals);
  const results = new Map<Address, StepResult>();
  const settle = (address: Address, outcome: StepResult) => {
    const note = outcome.note ?? trials.get(address)?.note;
    const result = { ...outcome, ...(note !== undefined && { note }) };
    results.set(address, result);
    if (result.status === 'failed' && options.onError === 'stop') options.drain.abort();
    options.onResult(result);
  };
  for (const wave of waves) {
    const started: ReadyStep[] = [];
    for (const item of wave) {
      const refusal = trials.get(item.step.address)?.failure;
      if (refusal) {
        const result: StepResult = { status: 'failed', failure: refusal };
        results.set(item.step.address, result);
        options.onResult(result);
        continue;
      }
      const reason = item.calls.length === 0 ? 'already' : whyNotStarted(item, results, options);
      if (reason === undefined) started.push(item);
      else if (reason === 'already') settle(item.step.address, { status: 'already' });
      else
        settle(item.step.address, {
          status: 'not-started',
          failure: { op: item.calls[0]?.op ?? '', message: reason },
        });
    }
    if (started.length > 0) await sendWave(target, started, options, settle);
  }
  return results;
}

async function sendWave(
  target: Target,
  started: readonly ReadyStep[],
  options: RunOptions,
  settle: (address: Address, result: StepResult) => void,
): Promise<void> {
  const costly = started.map(({ step }) => step).filter(({ stake }) => stake !== undefined);
  const stakes = costly.length > 0 ? await target.stakes(costly) : new Map<Address, Stake>();
  const units = started.map(({ calls }) => calls);
  const { drain, abort, detach, onWork } = options;
  const { name } = target.session.broker;
  for await (const outcome of target.session.send(units, {
    ...{ drain: drain.signal, abort, detach },
    ...(onWork && { onWork: (text?: string) => onWork(name, text) }),
  })) {
    const step = started[outcome.unit]?.step;
    if (!step) throw new Error(`${name} told of unit ${outcome.unit}, which was never sent`);
    const stake = stakes.get(step.address);
    const { status, failure, note } = outcome;
    settle(step.address, {
      status,
      ...(failure && { failure }),
      ...(note !== undefined && { note }),
      ...(stake && { stake }),
    });
  }
}

function whyNotStarted(
  { step }: ReadyStep,
  results: ReadonlyMap<Address, StepResult>,
  options: RunOptions,
): string | undefined {
  if (options.abort.aborted || options.drain.signal.aborted) return 'stopped before it was its turn';
  const missing = step.after.find((address) => isMissing(results.get(address)));
  if (missing !== undefined) return `needs ${missing}, which is not done`;
  if (step.action === 'delete' && [...results.values()].some(isMissing))
    return 'nothing is deleted after a failure';
  return undefined;
}

/** What others may rest on: a topic whose replicas still move is there. */
const THERE: readonly CallStatus[] = ['done', 'already', 'under-way'];

function isMissing(result: StepResult | undefined): boolean {
  return result !== undefined && !THERE.includes(result.status);
}
