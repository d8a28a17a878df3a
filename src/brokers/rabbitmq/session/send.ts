import { setMaxListeners } from 'node:events';
import { resultsOf } from '../../../model/concurrency.ts';
import type { Call, Outcome, SendOptions } from '../../../model/index.ts';
import type { QueueDelete, RabbitCall } from '../calls.ts';
import { Performer, type Performing } from './executor.ts';
import { Guard } from './guard.ts';
import type { Counting } from './metrics.ts';

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
  // Every session gets only the calls that its own provider's kinds have made.
  const all = units as readonly (readonly RabbitCall[])[];
  const guard = new Guard(all.flat().filter(isGuarded), sending);
  const performer = new Performer({ ...sending, drain, abort });
  yield* resultsOf(all, CONCURRENT, async (calls, unit): Promise<Outcome> => {
    const isStopped = drain.aborted || abort.aborted;
    if (isStopped) return { unit, status: 'not-started', callsDone: 0 };
    return raceAbort(unit, calls, performer, guard, abort);
  });
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
  for (const group of groupsOf(calls)) {
    const [first] = group;
    const refusal = first && isGuarded(first) ? await guard.refuse(first.body) : undefined;
    if (refusal) return { unit, status: 'failed', callsDone: progress.done, failure: refusal };
    for (const result of await Promise.all(group.map((call) => performer.perform(call)))) {
      if (result.status !== 'done') {
        // Nothing of the unit was sent: a run again starts it as if new.
        const lost = progress.done > 0 ? 'failed' : 'not-started';
        const status = result.status === 'lost' ? lost : result.status;
        return { unit, status, callsDone: progress.done, failure: result.failure };
      }
      progress.done++;
    }
  }
  return { unit, status: 'done', callsDone: progress.done };
}

/** Bindings of a unit that are made at the same time. */
const AT_ONCE = 16;

/**
 * The calls, in order, with bindings that follow each other in groups: none of them rests on another, and until the
 * last is made messages of a replaced queue or exchange are unroutable.
 */
function groupsOf(calls: readonly RabbitCall[]): RabbitCall[][] {
  const groups: RabbitCall[][] = [];
  for (const call of calls) {
    const last = isBinding(call) ? groups.at(-1) : undefined;
    if (last?.every(isBinding) && last.length < AT_ONCE) last.push(call);
    else groups.push([call]);
  }
  return groups;
}

function isBinding({ op }: RabbitCall): boolean {
  return op === 'queue.bind' || op === 'exchange.bind';
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
