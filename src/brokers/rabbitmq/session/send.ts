import { setMaxListeners } from 'node:events';
import type { Call, Outcome, SendOptions } from '../../../model/index.ts';
import type { QueueDelete, RabbitCall } from '../calls.ts';
import { eachOf, Stream } from './concurrency.ts';
import { Guard } from './guard.ts';
import type { Counting } from './observe.ts';
import { Performer, type Performing } from './perform.ts';

/** Units at a time, and so AMQP channels: more make a broker no faster. */
const CONCURRENT = 32;

export type Sending = Omit<Performing, 'drain' | 'abort'> & Counting;

/**
 * Sends units of calls, see `Session.send`. A unit that has begun is finished even when drained: half a replacement
 * would leave less than there was before.
 */
export async function* sendUnits(
  units: readonly (readonly Call[])[],
  { drain, abort: aborted }: SendOptions,
  sending: Sending,
): AsyncGenerator<Outcome> {
  // Every unit and request in flight listens to it.
  const abort = AbortSignal.any([aborted]);
  setMaxListeners(0, abort);
  const outcomes = new Stream<Outcome>();
  // Every session gets only the calls that its own provider's kinds have made.
  const all = units as readonly (readonly RabbitCall[])[];
  const guard = new Guard(all.flat().filter(isGuarded), sending);
  const performer = new Performer({ ...sending, drain, abort });
  const finished = eachOf(all, CONCURRENT, async (calls, unit) => {
    const begun = !drain.aborted && !abort.aborted;
    outcomes.push(
      begun
        ? await raceAbort(unit, calls, performer, guard, abort)
        : { unit, status: 'not-started', callsDone: 0 },
    );
  });
  finished.then(
    () => outcomes.end(),
    () => outcomes.end(),
  );
  yield* outcomes;
  await finished;
}

async function raceAbort(
  unit: number,
  calls: readonly RabbitCall[],
  performer: Performer,
  guard: Guard,
  abort: AbortSignal,
): Promise<Outcome> {
  const progress = { done: 0 };
  const { promise, resolve } = withResolver<Outcome>();
  const giveUp = () => resolve({ unit, status: 'unknown', callsDone: progress.done });
  abort.addEventListener('abort', giveUp);
  try {
    return await Promise.race([runUnit(unit, calls, performer, guard, progress), promise]);
  } finally {
    abort.removeEventListener('abort', giveUp);
  }
}

async function runUnit(
  unit: number,
  calls: readonly RabbitCall[],
  performer: Performer,
  guard: Guard,
  progress: { done: number },
): Promise<Outcome> {
  for (const call of calls) {
    const refusal = isGuarded(call) ? await guard.refuse(call.body) : undefined;
    if (refusal) return { unit, status: 'failed', callsDone: progress.done, failure: refusal };
    const result = await performer.perform(call);
    if (result.status !== 'done') {
      // Nothing of the unit was sent: a run again starts it as if new.
      const lost = progress.done > 0 ? 'failed' : 'not-started';
      const status = result.status === 'lost' ? lost : result.status;
      return { unit, status, callsDone: progress.done, failure: result.failure };
    }
    progress.done++;
  }
  return { unit, status: 'done', callsDone: progress.done };
}

function isGuarded(
  call: RabbitCall,
): call is Extract<RabbitCall, { op: 'queue.delete' }> & { body: QueueDelete } {
  return call.op === 'queue.delete' && call.body.ifEmpty;
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
