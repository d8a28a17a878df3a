import { setTimeout as sleep } from 'node:timers/promises';
import {
  append,
  BrokerError,
  type ChunkLimits,
  ConnectionError,
  chunksOf,
  type Failure,
  type SendOptions,
} from '../../../model/index.ts';
import { LostConnection } from './connection-errors.ts';
import { CODE } from './protocol/errors.ts';
import { failureOf, type Right } from './refusals.ts';
import type { KafkaSettings } from './settings.ts';
import { type Pace, untilVisible } from './visibility.ts';

/** What became of one call. */
export type Result =
  | { readonly status: 'done' | 'under-way'; readonly note?: string }
  | { readonly status: 'already' | 'failed' | 'unknown' | 'not-started'; readonly failure: Failure };

/** One call of many that go in one request. */
export interface Item<B> {
  readonly body: B;
  settle(result: Result): void;
}

/** Executes calls of one op that are due at the same moment, and settles each of them. */
export type Execute<B> = (items: readonly Item<B>[], options: SendOptions) => Promise<void>;

/** The answer to one item of a request. */
export interface Verdict {
  readonly code: number;
  readonly message?: string | null;
}

/**
 * A KRaft controller refuses a request that makes over 10,000 records of metadata (QuorumController.java,
 * MAX_RECORDS_PER_USER_OP): a topic makes one for itself, one for each partition, and one for each config.
 */
export const MOST_RECORDS = 9_000;

/** Others may have another bound: they say it of all that is in the request. */
export function areTooMany(verdicts: readonly Verdict[]): boolean {
  return (
    verdicts.length > 1 &&
    verdicts.every(
      ({ code, message }) => code === CODE.POLICY_VIOLATION && /excessively large/i.test(message ?? ''),
    )
  );
}

/** How calls of one op are executed, many in one request. */
export interface CallExecutor<B> {
  /** In failures: `create topic`. */
  readonly op: string;
  /** One request; a verdict for each body, in order. @param checkOnly whether nothing is to change; for previews */
  send(bodies: readonly B[], checkOnly: boolean): Promise<readonly Verdict[]>;
  /** A code for an object that is as wanted already. `again`: an earlier attempt may have done it. */
  isDone?(code: number, again: boolean): boolean;
  /** A code for an object that was created meanwhile, as wanted or not. */
  isThere?(code: number): boolean;
  right(body: B): Right;
  /** Bodies whose effect the broker that serves reads does not show yet. */
  notVisible(bodies: readonly B[]): Promise<readonly B[]>;
  /** Items in one request: by count, and by a weight where the broker bounds something else. */
  readonly chunk: ChunkLimits;
  weigh?(body: B): number;
}

/**
 * The controller is away for some seconds when it moves. Milliseconds before each new attempt, before jitter; how long a
 * quota of changes is exhausted is in the response, and the link waits for it.
 */
const PAUSES = [200, 400, 800, 1600, 3200];
const RETRIABLE = [CODE.REQUEST_TIMED_OUT, CODE.NOT_CONTROLLER, CODE.THROTTLING_QUOTA_EXCEEDED];

/**
 * Executes calls of one op in few requests, chunk by chunk; after `drain` no further chunk starts. The next chunk
 * is sent while the previous one becomes visible.
 */
export async function execute<B>(
  settings: KafkaSettings,
  executor: CallExecutor<B>,
  items: readonly Item<B>[],
  { drain, onWork }: Pick<SendOptions, 'drain' | 'onWork'>,
): Promise<void> {
  const pace: Pace = { slowest: 0 };
  let inView = Promise.resolve();
  const weigh = ({ body }: Item<B>) => executor.weigh?.(body) ?? 1;
  for (const chunk of chunksOf(items, executor.chunk, weigh)) {
    if (drain.aborted) {
      for (const item of chunk) item.settle(notStarted(executor.op));
      continue;
    }
    const applied = await requestUntilDone(settings, executor, chunk);
    await inView;
    inView = settleWhenVisible(executor, applied, pace, onWork);
  }
  await inView;
}

/** An item that the controller has applied, by whatever client: the broker that serves reads may not know it yet. */
interface Applied<B> {
  readonly item: Item<B>;
  readonly result: Result;
}

async function settleWhenVisible<B>(
  executor: CallExecutor<B>,
  applied: readonly Applied<B>[],
  pace: Pace,
  onWork: SendOptions['onWork'],
): Promise<void> {
  const bodies = applied.map(({ item }) => item.body);
  const hidden = new Set<B>(
    await untilVisible(bodies, {
      poll: (left) => executor.notVisible(left),
      records: bodies.reduce((sum, body) => sum + (executor.weigh?.(body) ?? 1), 0),
      pace,
      onPoll: (left) => onWork?.(left === 0 ? undefined : `${executor.op}: ${left} not visible yet`),
    }),
  );
  onWork?.();
  for (const { item, result } of applied) {
    const isInDoubt = hidden.has(item.body) && 'failure' in result;
    item.settle(isInDoubt ? { ...result, failure: { ...result.failure, ...NOT_SHOWN } } : result);
  }
}

/** An object that exists but is not visible yet cannot be compared with the plan. */
const NOT_SHOWN = {
  message: 'it now exists, but the broker does not show yet whether it matches the plan',
  hint: 'run plan again once the brokers have caught up',
};

export function notStarted(op: string): Result {
  return { status: 'not-started', failure: { op, message: 'stopped before this step' } };
}

/**
 * @param hasTried an earlier attempt may have done it
 * @returns items that are applied; all others are settled
 */
async function requestUntilDone<B>(
  settings: KafkaSettings,
  executor: CallExecutor<B>,
  items: readonly Item<B>[],
  hasTried = false,
): Promise<Applied<B>[]> {
  const applied: Applied<B>[] = [];
  let pending = items;
  let again = hasTried;
  for (let attempt = 0; pending.length > 0; attempt++) {
    const pause = PAUSES[attempt];
    const verdicts = await executor
      .send(
        pending.map((item) => item.body),
        false,
      )
      .catch((error: unknown) => error);
    if (!Array.isArray(verdicts)) {
      again ||= verdicts instanceof LostConnection && verdicts.sent;
      const result = resultOf(executor.op, verdicts, again);
      if (pause === undefined || !(verdicts instanceof LostConnection) || !verdicts.transient) {
        for (const item of pending) item.settle(result);
        return applied;
      }
      await sleep(jittered(pause));
      continue;
    }
    if (areTooMany(verdicts)) {
      for (const half of halvesOf(pending)) {
        append(applied, await requestUntilDone(settings, executor, half, again));
      }
      return applied;
    }
    const later: Item<B>[] = [];
    for (const [i, item] of pending.entries()) {
      const verdict = (verdicts as readonly Verdict[])[i] ?? NO_VERDICT;
      if (verdict.code === 0 || executor.isDone?.(verdict.code, again)) {
        applied.push({ item, result: { status: 'done' } });
      } else if (pause !== undefined && RETRIABLE.includes(verdict.code)) later.push(item);
      else {
        const refusal = { op: executor.op, ...verdict, right: executor.right(item.body) };
        const failure = failureOf(settings, refusal);
        if (executor.isThere?.(verdict.code)) applied.push({ item, result: { status: 'already', failure } });
        else item.settle({ status: 'failed', failure });
      }
    }
    // A quota lets some through at a time.
    if (later.length < pending.length) attempt = -1;
    pending = later;
    // What timed out at the broker may be done all the same.
    again ||= later.length > 0;
    if (later.length > 0 && pause !== undefined) await sleep(jittered(pause));
  }
  return applied;
}

export function halvesOf<T>(items: readonly T[]): [readonly T[], readonly T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

function jittered(pause: number): number {
  return pause * (0.5 + Math.random());
}

/** The result of a failed request for all of its items. @param sent whether it may have been done @throws bugs */
export function resultOf(op: string, error: unknown, sent = true): Result {
  if (error instanceof BrokerError) return { status: 'failed', failure: error.failure };
  if (!(error instanceof ConnectionError)) throw error;
  const { message, hint } = error;
  return {
    status: sent ? 'unknown' : 'failed',
    failure: { op, message, ...(hint !== undefined && { hint }) },
  };
}

/** A body of which a response says nothing. */
const NO_VERDICT: Verdict = { code: -1, message: 'the answer says nothing of it' };

/** The answers in the order of the bodies. */
export function byName(
  bodies: readonly { readonly name: string }[],
  responses: readonly { readonly name: string; readonly error: number; readonly message?: string | null }[],
): Verdict[] {
  const verdicts = new Map(
    responses.map(({ name, error, message = null }) => [name, { code: error, message }]),
  );
  return bodies.map(({ name }) => verdicts.get(name) ?? NO_VERDICT);
}
