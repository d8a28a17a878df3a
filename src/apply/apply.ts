import {
  type Address,
  type ApplyReport,
  append,
  BlockedPlan,
  brokerOf,
  type Plan,
  type Progress,
  type StaleDifference,
  StalePlan,
  type Step,
  type StepReport,
} from '../model/index.ts';
import { checkIdentities, checkReadiness, type ReadyStep } from './readiness.ts';
import { isMissing, type RunOptions, runWaves } from './run.ts';
import type { StepResult, Target, View } from './target.ts';
import { type VerifiedResult, verifyTarget } from './verify.ts';

export interface ApplyInput {
  readonly plan: Plan;
  /** By the configured name of the broker. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly onError: 'stop' | 'continue';
  /** Aborted by the first signal: calls in flight finish, and no new call starts. */
  readonly drain: AbortSignal;
  /** Aborted by the second signal: stop immediately. */
  readonly abort: AbortSignal;
  /** Whether to start background operations of a broker without waiting for them. */
  readonly detach?: boolean;
  /** Messages per second that a move may take. */
  readonly limitRate?: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly now: () => Date;
}

/**
 * Makes the brokers match the plan: checks that it is not stale, sends its calls wave by wave to all brokers
 * concurrently, and verifies the live state.
 * @throws BlockedPlan, StalePlan, ConnectionError, BrokerError — all before the first call; later errors are in the
 *   report.
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyReport> {
  const startedAt = input.now().toISOString();
  if (input.plan.blockers.length > 0) throw new BlockedPlan(input.plan);
  checkIdentities(input.plan, input.targets);
  const ready = await checkTargets(input);
  const results = await run(input, ready);
  return {
    version: 2,
    project: input.plan.project,
    startedAt,
    finishedAt: input.now().toISOString(),
    steps: input.plan.waves.flat().map((step) => reportStep(step, results.get(step.address))),
  };
}

/** Checks every broker before changing any: a plan that is stale for one of them does not run at all. */
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
    append(differences, readiness.differences, await view.recheck(readiness.asPlanned));
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
): Promise<Map<Address, VerifiedResult>> {
  const drain = new AbortController();
  const onDrain = () => drain.abort();
  if (input.drain.aborted) drain.abort();
  input.drain.addEventListener('abort', onDrain);
  const progress = { done: 0, failed: 0, total: input.plan.waves.flat().length };
  let hasFailed = false;
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
    ...(input.limitRate !== undefined && { limitRate: input.limitRate }),
    hasFailed: () => hasFailed,
    onResult: (result) => {
      const { status } = result;
      hasFailed ||= isMissing(result) || status === 'failed';
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
  const results = new Map<Address, VerifiedResult>(all.flatMap((part) => [...part]));
  // Success of a call is no proof, and a lost response is no failure: only the live state counts.
  const quiet = { ...options, onResult: () => {} };
  await Promise.all([...ready.keys()].map((target) => verifyTarget(input.plan, target, results, quiet)));
  input.drain.removeEventListener('abort', onDrain);
  return results;
}

function reportStep(step: Step, result: StepResult | undefined): StepReport {
  const { address, title, detail, action } = step;
  const { failure, note, affected, partly, previous } = result ?? {};
  return {
    address,
    title,
    detail,
    action,
    status: statusOf(result),
    ...(failure && { failure }),
    ...(note !== undefined && { note }),
    ...(affected && { affected }),
    ...(partly && { partly }),
    ...(previous && { previous }),
  };
}

function statusOf(result: StepResult | undefined): StepReport['status'] {
  if (!result) return 'not-started';
  if (result.status === 'done') return result.failure ? 'unverified' : 'applied';
  return result.status;
}
