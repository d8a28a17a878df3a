import { setMaxListeners } from 'node:events';
import { resultsOf } from '../../../model/concurrency.ts';
import type { BrokerIdentity, Call, Outcome, SendOptions } from '../../../model/index.ts';
import type { NatsCall } from '../kinds/calls.ts';
import type { JetStreamApi } from './api.ts';
import { type Performing, perform } from './executor.ts';

/** Requests in flight. The server handles them one after the other; this hides the way there and back. */
const CONCURRENT = 256;

/**
 * Sends units of calls, see `Session.send`. A unit that has begun is finished even when drained: half a replacement
 * would leave less than there was before.
 */
export async function* sendUnits(
  units: readonly (readonly Call[])[],
  { drain, abort: aborted }: SendOptions,
  api: JetStreamApi,
  broker: BrokerIdentity,
): AsyncGenerator<Outcome> {
  // Every unit in flight listens to it.
  const abort = AbortSignal.any([aborted]);
  setMaxListeners(0, abort);
  // Every session gets only the calls that its own provider's kinds have made.
  const all = units as readonly (readonly NatsCall[])[];
  yield* resultsOf(all, CONCURRENT, async (calls, unit): Promise<Outcome> => {
    const isStopped = drain.aborted || abort.aborted;
    if (isStopped) return { unit, status: 'not-started', callsDone: 0 };
    return raceAbort(unit, calls, { api, broker, abort });
  });
}

function raceAbort(unit: number, calls: readonly NatsCall[], performing: Performing): Promise<Outcome> {
  const progress = { done: 0 };
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve({ unit, status: 'unknown', callsDone: progress.done });
    performing.abort.addEventListener('abort', giveUp);
    runUnit(unit, calls, performing, progress)
      .then(resolve, reject)
      .finally(() => performing.abort.removeEventListener('abort', giveUp));
  });
}

async function runUnit(
  unit: number,
  calls: readonly NatsCall[],
  performing: Performing,
  progress: { done: number },
): Promise<Outcome> {
  for (const call of calls) {
    const result = await perform(call, performing);
    if (result.status !== 'done') {
      const { failure } = result;
      // Nothing of the unit was sent: a run again starts it as if new.
      const unsent = progress.done > 0 ? 'failed' : 'not-started';
      const status = result.status === 'unsent' ? unsent : result.status;
      return { unit, status, callsDone: progress.done, failure };
    }
    progress.done++;
  }
  return { unit, status: 'done', callsDone: progress.done };
}
