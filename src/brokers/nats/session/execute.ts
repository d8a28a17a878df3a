import { setMaxListeners } from 'node:events';
import { resultsOf } from '../../../model/concurrency.ts';
import type { BrokerIdentity, Call, Outcome, SendOptions } from '../../../model/index.ts';
import type { NatsCall } from '../kinds/index.ts';
import type { Execution, JetStreamApi } from './api.ts';
import { executeCall } from './executor.ts';

/** Concurrent requests. The server processes them one by one; concurrency hides the latency of the network. */
const CONCURRENT = 256;

/**
 * Sends units of calls, see `Session.send`. A started unit completes even while draining, because half a replacement
 * would lose the resource.
 */
export async function* sendUnits(
  units: readonly (readonly Call[])[],
  { drain, abort: aborted, onWork, limitRate }: SendOptions,
  api: JetStreamApi,
  broker: BrokerIdentity,
): AsyncGenerator<Outcome> {
  // Every unit in flight adds a listener.
  const abort = AbortSignal.any([aborted]);
  setMaxListeners(0, abort);
  // The calls come from the kinds of this provider.
  const all = units as readonly (readonly NatsCall[])[];
  const works = new Map<number, string>();
  const onWorkOf = (unit: number) => (text?: string) => {
    if (text === undefined) works.delete(unit);
    else works.set(unit, text);
    onWork?.(works.size === 0 ? undefined : [...works.values()].join('; '));
  };
  yield* resultsOf(all, CONCURRENT, async (calls, unit): Promise<Outcome> => {
    const isStopped = drain.aborted || abort.aborted;
    if (isStopped) return { unit, status: 'not-started', callsDone: 0 };
    const outcome = await raceAbort(unit, calls, {
      ...{ api, broker, abort, drain, onWork: onWorkOf(unit) },
      ...(limitRate !== undefined && { limitRate }),
    });
    if (works.has(unit)) onWorkOf(unit)();
    return outcome;
  });
}

function raceAbort(unit: number, calls: readonly NatsCall[], execution: Execution): Promise<Outcome> {
  const progress = { done: 0 };
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve({ unit, status: 'unknown', callsDone: progress.done });
    execution.abort.addEventListener('abort', giveUp);
    runUnit(unit, calls, execution, progress)
      .then(resolve, reject)
      .finally(() => execution.abort.removeEventListener('abort', giveUp));
  });
}

async function runUnit(
  unit: number,
  calls: readonly NatsCall[],
  execution: Execution,
  progress: { done: number },
): Promise<Outcome> {
  for (const call of calls) {
    const result = await executeCall(call, execution);
    if (result.status !== 'done') {
      const { failure } = result;
      // Nothing of the unit was sent, so that a second run starts it anew.
      const unsent = progress.done > 0 ? 'failed' : 'not-started';
      const status = result.status === 'unsent' ? unsent : result.status;
      return { unit, status, callsDone: progress.done, failure };
    }
    progress.done++;
  }
  return { unit, status: 'done', callsDone: progress.done };
}
