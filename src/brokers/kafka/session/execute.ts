import {
  type Call,
  type Failure,
  type Outcome,
  type SendOptions,
  sharedProgress,
} from '../../../model/index.ts';
import type { Cluster } from './cluster.ts';
import { type CallExecutor, type Execute, execute, type Item, type Result } from './executor.ts';
import type { KindSession } from './kind-session.ts';

/**
 * Sends units side by side. The calls of one op that are due at the same moment go out together, whatever units they
 * are of; so a thousand creations are a handful of requests, and each still has its own outcome.
 */
export async function* sendUnits(
  cluster: Cluster,
  sessions: Iterable<KindSession>,
  units: readonly (readonly Call[])[],
  options: SendOptions,
): AsyncGenerator<Outcome> {
  const executeCall = callExecutor(cluster, sessions, options);
  // Abort implies drain.
  const over = new AbortController();
  const drain = AbortSignal.any([options.drain, options.abort]);
  const signals = { drain, givenUp: gaveUp(options.abort, over.signal) };
  let settled: Outcome[] = [];
  let wake = () => {};
  let bug: unknown;
  for (const [unit, calls] of units.entries()) {
    runUnit(unit, calls, executeCall, signals)
      .then((outcome) => settled.push(outcome))
      .catch((error: unknown) => {
        bug ??= error;
      })
      .finally(() => wake());
  }
  try {
    for (let told = 0; told < units.length; ) {
      if (settled.length > 0) {
        // A batch at a time: shifting a long array item by item takes quadratic time.
        const outcomes = settled;
        settled = [];
        told += outcomes.length;
        yield* outcomes;
      } else if (bug !== undefined) throw bug;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    over.abort();
  }
}

type ExecuteCall = (call: Call) => Promise<Result>;

async function runUnit(
  unit: number,
  calls: readonly Call[],
  executeCall: ExecuteCall,
  signals: { readonly drain: AbortSignal; readonly givenUp: Promise<'given up'> },
): Promise<Outcome> {
  let callsDone = 0;
  let sent = 0;
  let already: Failure | undefined;
  const notes: string[] = [];
  for (const call of calls) {
    if (signals.drain.aborted) {
      if (callsDone === 0) return { unit, status: 'not-started', callsDone };
      const message = `stopped after ${callsDone} of ${calls.length} requests`;
      return { unit, status: 'failed', callsDone, failure: { op: call.op, message } };
    }
    const result = await Promise.race([executeCall(call), signals.givenUp]);
    if (result === 'given up') {
      const failure = { op: call.op, message: 'given up before the answer came' };
      return { unit, status: 'unknown', callsDone, failure };
    }
    if (result.status === 'not-started' && callsDone > 0) {
      return { unit, status: 'failed', callsDone, failure: result.failure };
    }
    // An interrupted apply has done this call, and has left the others: partitions, but not configs.
    if (result.status === 'already') {
      already ??= result.failure;
      callsDone++;
      continue;
    }
    if ('failure' in result) return { unit, status: result.status, callsDone, failure: result.failure };
    if (result.note !== undefined) notes.push(result.note);
    if (result.status === 'under-way') {
      const left = calls.length - callsDone - 1;
      if (left > 0) notes.push(`${left} more request${left === 1 ? ' waits' : 's wait'} for its end`);
      return { unit, status: 'under-way', callsDone, note: notes.join('; ') };
    }
    callsDone++;
    sent++;
  }
  if (already && sent === 0) return { unit, status: 'already', callsDone: 0, failure: already };
  return {
    ...{ unit, status: 'done', callsDone },
    ...(already && { failure: already }),
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

/** Resolves when the user gives up; one listener, however many calls wait, and none once all is `over`. */
function gaveUp(abort: AbortSignal, over: AbortSignal): Promise<'given up'> {
  return new Promise((resolve) => {
    if (abort.aborted) resolve('given up');
    else abort.addEventListener('abort', () => resolve('given up'), { once: true, signal: over });
  });
}

/** Collects calls of the same tick and runs them as one batch. */
function inBatches<B>(run: (items: readonly Item<B>[]) => Promise<void>): (body: B) => Promise<Result> {
  let due: (Item<B> & { fail(error: unknown): void })[] = [];
  return (body) =>
    new Promise((resolve, reject) => {
      if (due.length === 0) {
        setImmediate(() => {
          const items = due;
          due = [];
          run(items).catch((error: unknown) => {
            for (const item of items) item.fail(error);
          });
        });
      }
      due.push({ body, settle: resolve, fail: reject });
    });
}

function callExecutor(cluster: Cluster, sessions: Iterable<KindSession>, options: SendOptions): ExecuteCall {
  // Concurrent batches share one progress line.
  const progress = sharedProgress(options.onWork);
  const ownOptions = () => (options.onWork ? { ...options, onWork: progress() } : options);
  // The body that belongs to an op is known to the kind alone, whose own calls these are.
  const executors = Object.assign({}, ...[...sessions].map((one) => one.executors(cluster))) as Readonly<
    Record<string, CallExecutor<unknown> | Execute<unknown>>
  >;
  const batched = new Map(
    Object.entries(executors).map(([op, executor]) => [
      op,
      inBatches<unknown>((items) =>
        typeof executor === 'function'
          ? executor(items, ownOptions())
          : execute(cluster.settings, executor, items, ownOptions()),
      ),
    ]),
  );
  return ({ op, body }) => {
    const run = batched.get(op);
    if (!run) throw new Error(`no kind executes ${op}`);
    return run(body);
  };
}
