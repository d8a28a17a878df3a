import { setMaxListeners } from 'node:events';
import {
  BrokerError,
  type Call,
  ConnectionError,
  type Failure,
  type Outcome,
  resultsOf,
  type SendOptions,
  sharedProgress,
} from '../../../model/index.ts';
import type { QueueDelete, RabbitCall } from '../calls.ts';
import type { QueueCounts } from '../kinds/parts.ts';
import { AmqpRefusal } from './connection-errors.ts';
import { CallExecutor, type ExecutorOptions, type Report } from './executor.ts';
import { type Counting, countMessages, type QueueRef } from './metrics.ts';
import { isMoveCall } from './move/index.ts';

/** Units at a time, and so AMQP channels: more make a broker no faster. */
const CONCURRENT = 32;

export interface Sending extends Omit<ExecutorOptions, 'drain' | 'abort' | 'limitRate' | 'links'>, Counting {
  readonly moves: Places;
}

/**
 * Sends units of calls, see `Session.send`. A unit that has begun is finished even when drained: half a replacement
 * would leave less than there was before. A move of messages stops where it is: it loses none, and may take hours.
 */
export async function* sendUnits(
  units: readonly (readonly Call[])[],
  { drain, abort: aborted, limitRate, onWork }: SendOptions,
  sending: Sending,
): AsyncGenerator<Outcome> {
  // Every unit and request in flight listens to it.
  const abort = AbortSignal.any([aborted]);
  setMaxListeners(0, abort);
  // Every session gets only the calls that its own provider's kinds have made.
  const all = units as readonly (readonly RabbitCall[])[];
  const guard = new Guard(all.flat().filter(isGuarded), sending);
  const executor = new CallExecutor({ ...sending, drain, abort, limitRate });
  const progress = sharedProgress(onWork);
  const run = (calls: readonly RabbitCall[], unit: number): Promise<Outcome> => {
    const isStopped = drain.aborted || abort.aborted;
    if (isStopped) return Promise.resolve({ unit, status: 'not-started', callsDone: 0 });
    return raceAbort(unit, calls, { executor, guard, report: progress() }, abort);
  };
  yield* resultsOf(all, CONCURRENT, (calls, unit) =>
    calls.some(isMoveCall) ? sending.moves.run(() => run(calls, unit)) : run(calls, unit),
  );
}

/** What the calls of a unit are sent with. */
interface Means {
  readonly executor: CallExecutor;
  readonly guard: Guard;
  readonly report: Report;
}

async function raceAbort(
  unit: number,
  calls: readonly RabbitCall[],
  means: Means,
  abort: AbortSignal,
): Promise<Outcome> {
  const progress = { done: 0 };
  let giveUp = () => {};
  const aborted = new Promise<Outcome>((resolve) => {
    giveUp = () => resolve({ unit, status: 'unknown', callsDone: progress.done });
  });
  abort.addEventListener('abort', giveUp);
  try {
    return await Promise.race([runThroughOutage(unit, calls, means, progress), aborted]);
  } finally {
    abort.removeEventListener('abort', giveUp);
    means.report();
  }
}

/** Calls that may be sent again whatever was done since. */
const MAKES: readonly RabbitCall['op'][] = [
  'exchange.declare',
  'queue.declare',
  'exchange.bind',
  'queue.bind',
  'http.put',
];

/**
 * A broker that is killed may lose what it said it had made a moment before (seen on 3.10.8): what is then not found is
 * made once more. Not if the unit deletes as well: what it would delete again may be in use.
 */
async function runThroughOutage(
  unit: number,
  calls: readonly RabbitCall[],
  means: Means,
  progress: { done: number },
): Promise<Outcome> {
  const before = means.executor.outages;
  const outcome = await runUnit(unit, calls, means, progress);
  const isLost = outcome.failure?.status === '404' && means.executor.outages > before;
  if (!isLost || !calls.every(({ op }) => MAKES.includes(op))) return outcome;
  progress.done = 0;
  return runUnit(unit, calls, means, progress);
}

async function runUnit(
  unit: number,
  calls: readonly RabbitCall[],
  { executor, guard, report }: Means,
  progress: { done: number },
): Promise<Outcome> {
  const notes: string[] = [];
  for (const group of groupsOf(calls)) {
    const [first] = group;
    const refusal = first && isGuarded(first) ? await guard.refuse(first.body) : undefined;
    if (refusal) return { unit, status: 'failed', callsDone: progress.done, failure: refusal };
    for (const result of await Promise.all(group.map((call) => executor.execute(call, report)))) {
      if (result.status !== 'done') {
        // Nothing of the unit was sent: a run again starts it as if new.
        const lost = progress.done > 0 ? 'failed' : 'not-started';
        const status = result.status === 'lost' ? lost : result.status;
        return { unit, status, callsDone: progress.done, failure: result.failure };
      }
      progress.done++;
      if (result.note !== undefined) notes.push(result.note);
    }
  }
  const note = notes.length > 0 ? { note: notes.join('; ') } : {};
  return { unit, status: 'done', callsDone: progress.done, ...note };
}

/** Bindings of a unit that are made or removed at the same time. */
const AT_ONCE = 16;

/**
 * The calls, in order. Bindings that follow each other are made, or removed, in groups: none of them rests on another, and
 * until the last is made messages of a replaced queue or exchange are unroutable.
 */
function groupsOf(calls: readonly RabbitCall[]): RabbitCall[][] {
  const groups: RabbitCall[][] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    const together = SIDE_BY_SIDE.find((ops) => ops.includes(call.op));
    if (last?.[0] && together?.includes(last[0].op) && last.length < AT_ONCE) last.push(call);
    else groups.push([call]);
  }
  return groups;
}

const SIDE_BY_SIDE: readonly (readonly RabbitCall['op'][])[] = [
  ['queue.bind', 'exchange.bind'],
  ['queue.unbind', 'exchange.unbind'],
];

function isGuarded(
  call: RabbitCall,
): call is Extract<RabbitCall, { op: 'queue.delete' }> & { body: QueueDelete } {
  return call.op === 'queue.delete' && call.body.ifEmpty;
}

/**
 * Looks whether queues that may only be deleted when empty still are. The broker's own `if-empty` does not serve
 * alone (seen on 3.10 and 4.3): classic queues count only ready messages, quorum queues refuse the flag, streams
 * ignore it. What is published between looking and deleting is lost all the same; only the flag of classic queues
 * closes that gap.
 */
class Guard {
  readonly #deletes: readonly { body: QueueDelete }[];
  readonly #counting: Counting;
  /** One look at all of them, when the first is to go: a list instead of a request each. */
  #looked: Promise<Map<string, QueueCounts>> | undefined;

  constructor(deletes: readonly { body: QueueDelete }[], counting: Counting) {
    this.#deletes = deletes;
    this.#counting = counting;
  }

  /** Why this queue may not be deleted now; undefined when it is empty, or gone. */
  async refuse(queue: QueueDelete): Promise<Failure | undefined> {
    try {
      this.#looked ??= this.#look();
      const count = (await this.#looked).get(keyOf(queue));
      if (!count) return undefined;
      const { ready, unacknowledged } = count;
      if (ready === undefined || unacknowledged === undefined) {
        return refusal(
          'message count unknown; it may not be empty',
          'wait a few seconds for its statistics, and try again',
        );
      }
      if (ready + unacknowledged > 0) return holds(ready + unacknowledged);
      const now = await this.#readyNow(queue);
      return now ? holds(now) : undefined;
    } catch (error) {
      if (error instanceof BrokerError) return { ...error.failure, op: 'queue.delete' };
      if (error instanceof ConnectionError)
        return refusal(`message count unknown; it may not be empty: ${error.message}`);
      throw error;
    }
  }

  async #look(): Promise<Map<string, QueueCounts>> {
    const queues = this.#deletes.map(({ body: { vhost, name, type } }): QueueRef => ({ vhost, name, type }));
    const counts = await countMessages(queues, this.#counting);
    return new Map([...counts].map(([queue, count]) => [keyOf(queue), count]));
  }

  /** The second look, just before. Classic queues have the broker's flag instead. */
  async #readyNow({ vhost, name, type }: QueueDelete): Promise<number> {
    const { links } = this.#counting;
    if (type === 'classic' || !links) return 0;
    try {
      return (await links.call(vhost, (channel) => channel.checkQueue(name))).messageCount;
    } catch (error) {
      // Gone, or not reachable by AMQP: the first look stands.
      if (error instanceof AmqpRefusal || error instanceof ConnectionError) return 0;
      throw error;
    }
  }
}

function keyOf({ vhost, name }: { vhost: string; name: string }): string {
  return JSON.stringify([vhost, name]);
}

function holds(messages: number): Failure {
  const what = messages === 1 ? '1 message' : `${messages} messages`;
  return refusal(`it now holds ${what}`, 'drain it, or allow the destructive change');
}

function refusal(message: string, hint?: string): Failure {
  return { op: 'queue.delete', message, ...(hint ? { hint } : {}) };
}

/** A number of places for works of which so many may run at a time. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs the work once there is a place for it, in the order of asking. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The next one takes over this one's place.
      if (next) next();
      else this.#free++;
    }
  }
}
