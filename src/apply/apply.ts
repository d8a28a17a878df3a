import {
  type Address,
  type ApplyReport,
  BlockedPlan,
  brokerOf,
  type Plan,
  type StaleDifference,
  StalePlan,
  type Step,
  type StepReport,
} from '../model/index.ts';
import { checkIdentities, checkReadiness, isReset, type ReadyStep } from './readiness.ts';
import { type RunOptions, runWaves, type StepResult } from './run.ts';
import type { Target, View } from './target.ts';

export interface Progress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** What brokers are at that takes long, and how far it is. Raw text of one line. */
  readonly work?: string;
}

export interface ApplyInput {
  readonly plan: Plan;
  /** By the configured name of the broker. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly onError: 'stop' | 'continue';
  /** Aborted by the first signal: calls in flight finish, no new one starts. */
  readonly drain: AbortSignal;
  /** Aborted by the second signal: give up at once. */
  readonly abort: AbortSignal;
  /** Whether what brokers go on with by themselves is only begun, and not waited for. */
  readonly detach?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  readonly now: () => Date;
}

/**
 * Makes the brokers match the plan: checks that they still are as the plan found them, sends its calls wave by
 * wave, all brokers at once, and reads the live state once more to see that it is so.
 * @throws BlockedPlan, StalePlan, ConnectionError, BrokerError — all before the first call; afterwards it reports.
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyReport> {
  const startedAt = input.now().toISOString();
  if (input.plan.blockers.length > 0) throw new BlockedPlan(input.plan);
  checkIdentities(input.plan, input.targets);
  const ready = await checkTargets(input);
  const results = await run(input, ready);
  await verify(input, results);
  return {
    version: 1,
    project: input.plan.project,
    startedAt,
    finishedAt: input.now().toISOString(),
    steps: input.plan.waves.flat().map((step) => reportStep(step, results.get(step.address))),
  };
}

/** Every broker is looked at before any is changed: a plan that no longer fits one of them is not run at all. */
async function checkTargets(input: ApplyInput): Promise<Map<Target, ReadyStep[][]>> {
  const entries = [...input.targets].filter(([name]) =>
    input.plan.brokers.some((broker) => broker.name === name),
  );
  const views = await Promise.all(entries.map(([, target]) => target.look()));
  const differences: StaleDifference[] = [];
  const ready = new Map<Target, ReadyStep[][]>();
  for (const [i, [name, target]] of entries.entries()) {
    const view = views[i] as View;
    const waves = input.plan.waves.map((wave) => wave.filter((step) => brokerOf(step.address) === name));
    const readiness = checkReadiness(waves.flat(), view);
    differences.push(...readiness.differences);
    const steps = new Map(readiness.ready.map((item) => [item.step, item]));
    ready.set(
      target,
      waves.map((wave) => wave.flatMap((step) => steps.get(step) ?? [])),
    );
  }
  if (differences.length > 0) throw new StalePlan(differences);
  return ready;
}

async function run(
  input: ApplyInput,
  ready: ReadonlyMap<Target, ReadyStep[][]>,
): Promise<Map<Address, StepResult>> {
  const drain = new AbortController();
  const onDrain = () => drain.abort();
  if (input.drain.aborted) drain.abort();
  input.drain.addEventListener('abort', onDrain);
  const progress = { done: 0, failed: 0, total: input.plan.waves.flat().length };
  const works = new Map<string, string>();
  const tell = () => {
    const texts = [...works].map(([name, text]) => (input.targets.size > 1 ? `${name}: ${text}` : text));
    input.onProgress?.({ ...progress, ...(texts.length > 0 && { work: texts.join('; ') }) });
  };
  const options: RunOptions = {
    onError: input.onError,
    drain,
    abort: input.abort,
    detach: input.detach === true,
    onResult: ({ status }) => {
      if (status === 'failed') progress.failed++;
      else if (status !== 'unknown' && status !== 'not-started') progress.done++;
      tell();
    },
    ...(input.onProgress && {
      onWork: (broker: string, text?: string) => {
        if (text === undefined) works.delete(broker);
        else works.set(broker, text);
        tell();
      },
    }),
  };
  const all = await Promise.all([...ready].map(([target, waves]) => runWaves(target, waves, options)));
  input.drain.removeEventListener('abort', onDrain);
  return new Map(all.flatMap((results) => [...results]));
}

/** A broker's "yes" is not proof, and a lost answer is not a failure: what the live state shows counts. */
async function verify(input: ApplyInput, results: Map<Address, StepResult>): Promise<void> {
  if (input.abort.aborted) return;
  const steps = input.plan.waves.flat();
  await Promise.all(
    [...input.targets].map(async ([name, target]) => {
      const sent = steps.filter(
        (step) => brokerOf(step.address) === name && wasSent(results.get(step.address)),
      );
      if (sent.length === 0) return;
      const view = await target.look().catch((error: Error) => error);
      for (const step of sent) {
        const result = results.get(step.address);
        if (result) results.set(step.address, verified(step, result, view));
      }
    }),
  );
}

function wasSent(result: StepResult | undefined): boolean {
  if (result?.status === 'already') return result.failure !== undefined;
  return result?.status === 'done' || result?.status === 'unknown';
}

function verified(step: Step, result: StepResult, view: View | Error): StepResult {
  const op = step.calls[0]?.op ?? step.action;
  if (result.status === 'already') return madeByOthers(step, result, view);
  if (view instanceof Error) {
    const message = `could not read the live state afterwards: ${view.message}`;
    return { ...result, failure: result.failure ?? { op, message } };
  }
  // Whether a secret was set before the answer was lost, no live state shows.
  if (result.status === 'unknown' && isReset(step)) return result;
  const isDone =
    view.isDone(step) &&
    step.dependants.every(({ address, outcome }) => outcome === 'removed' || view.exists(address));
  if (isDone) {
    const { failure: _, ...rest } = result;
    return { ...rest, status: 'done' };
  }
  if (result.status === 'unknown') {
    return {
      ...result,
      status: 'failed',
      failure: result.failure ?? { op, message: 'the answer never came, and it was not done' },
    };
  }
  return {
    ...result,
    failure: { op, message: 'the broker accepted it, but the live state is not as planned' },
  };
}

/** What somebody else made meanwhile counts where it is as planned; else it is in the way. */
function madeByOthers(
  step: Step,
  { failure: refusal, ...result }: StepResult,
  view: View | Error,
): StepResult {
  if (!(view instanceof Error) && view.isDone(step)) return result;
  return { ...result, status: 'failed', ...(refusal && { failure: refusal }) };
}

function reportStep(step: Step, result: StepResult | undefined): StepReport {
  const { address, title, detail, action } = step;
  const { failure, note, stake } = result ?? {};
  return {
    address,
    title,
    detail,
    action,
    status: statusOf(result),
    ...(failure && { failure }),
    ...(note !== undefined && { note }),
    ...(stake && { stake }),
  };
}

function statusOf(result: StepResult | undefined): StepReport['status'] {
  if (!result) return 'not-started';
  if (result.status === 'done') return result.failure ? 'unverified' : 'applied';
  return result.status;
}
