import { setTimeout as sleep } from 'node:timers/promises';
import {
  BrokerError,
  type ChunkLimits,
  ConnectionError,
  chunksOf,
  type Failure,
  type SendOptions,
} from '../../../model/index.ts';
import { LostConnection } from './connection-errors.ts';
import { NOT_CONTROLLER, QUOTA_EXCEEDED, TIMED_OUT } from './protocol/errors.ts';
import { failureOf, type Right } from './refusals.ts';
import type { KafkaSettings } from './settings.ts';

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

/** How calls of one op are executed, many in one request. */
export interface CallExecutor<B> {
  /** In failures: `create topic`. */
  readonly op: string;
  /** One request; a verdict for each body, in order. */
  send(bodies: readonly B[]): Promise<readonly Verdict[]>;
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
const RETRIABLE: readonly number[] = [TIMED_OUT, NOT_CONTROLLER, QUOTA_EXCEEDED];

export function executedBy<B>(settings: KafkaSettings, executor: CallExecutor<B>): Execute<B> {
  return (items, options) => execute(settings, executor, items, options);
}

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
  let inView = Promise.resolve();
  const weigh = ({ body }: Item<B>) => executor.weigh?.(body) ?? 1;
  for (const chunk of chunksOf(items, executor.chunk, weigh)) {
    if (drain.aborted) {
      for (const item of chunk) item.settle(notStarted(executor.op));
      continue;
    }
    const applied = await requestUntilDone(settings, executor, chunk);
    await inView;
    inView = settleWhenVisible(executor, applied, onWork);
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
  onWork: SendOptions['onWork'],
): Promise<void> {
  const bodies = applied.map(({ item }) => item.body);
  const hidden = new Set<B>(
    await untilVisible(bodies, {
      poll: (left) => executor.notVisible(left),
      records: sumOf(bodies, executor),
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

function sumOf<B>(bodies: readonly B[], executor: CallExecutor<B>): number {
  return bodies.reduce((sum, body) => sum + (executor.weigh?.(body) ?? 1), 0);
}

export function notStarted(op: string): Result {
  return { status: 'not-started', failure: { op, message: 'stopped before this step' } };
}

/** @returns items that are applied; all others are settled */
async function requestUntilDone<B>(
  settings: KafkaSettings,
  executor: CallExecutor<B>,
  items: readonly Item<B>[],
): Promise<Applied<B>[]> {
  const applied: Applied<B>[] = [];
  let pending = items;
  let again = false;
  for (let attempt = 0; pending.length > 0; attempt++) {
    const pause = PAUSES[attempt];
    const verdicts = await executor.send(pending.map((item) => item.body)).catch((error: unknown) => error);
    if (!Array.isArray(verdicts)) {
      again ||= verdicts instanceof LostConnection && verdicts.sent;
      const result = failedResult(executor.op, verdicts, again);
      if (pause === undefined || !(verdicts instanceof LostConnection) || !verdicts.transient) {
        for (const item of pending) item.settle(result);
        return applied;
      }
      await sleep(jittered(pause));
      continue;
    }
    const later: Item<B>[] = [];
    for (const [i, item] of pending.entries()) {
      const verdict = (verdicts as readonly Verdict[])[i] ?? {
        code: -1,
        message: 'the answer says nothing of it',
      };
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

function jittered(pause: number): number {
  return pause * (0.5 + Math.random());
}

/** The result of a request without a response. @throws errors of neither broker nor network: bugs */
function failedResult(op: string, error: unknown, sent: boolean): Result {
  if (error instanceof BrokerError) return { status: 'failed', failure: error.failure };
  if (!(error instanceof ConnectionError)) throw error;
  const { message, hint } = error;
  return {
    status: sent ? 'unknown' : 'failed',
    failure: { op, message, ...(hint !== undefined && { hint }) },
  };
}

/** The result of a failed request for all of its items. @throws any other error: a bug */
export function resultOf(op: string, error: unknown): Result {
  if (error instanceof BrokerError) return { status: 'failed', failure: error.failure };
  if (error instanceof ConnectionError) return { status: 'unknown', failure: { op, message: error.message } };
  throw error;
}

/** Longest pause between two polls, in milliseconds: half of it is the average delay of an apply. */
const POLL = 50;

/** Polls with growing pauses until the check succeeds, for at most `patience` ms. A throwing check has failed. */
export async function untilSeen(patience: number, check: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + patience;
  for (let pause = 10; ; pause = Math.min(pause * 2, POLL)) {
    if (await check().catch(() => false)) return true;
    if (Date.now() + pause > end) return false;
    await sleep(pause);
  }
}

/*
 * A controller answers as soon as a change is in its log; a broker shows it once it has replayed that log, which takes
 * the longer the more there is to replay, and in steps: 40 s after 20,000 new partitions were seen on a small machine.
 */

/** How long a broker may show nothing new, in milliseconds: for any work, and for each record of it. */
const STALL = 30_000;
const STALL_PER_RECORD = 20;
/** Pauses between two polls, in milliseconds. Half of the last one is the average delay of an apply. */
const FIRST_POLL = 10;
/** Long waits poll less often: after a tenth of the elapsed time, up to this. */
const LONGEST_POLL = 1_000;

interface Waiting<B> {
  /** Items that are not visible yet. A failed poll changes nothing. */
  poll(bodies: readonly B[]): Promise<readonly B[]>;
  /** Records of metadata that the work consists of. */
  readonly records: number;
  /** Called with the number of items that are not visible yet. */
  readonly onPoll?: (left: number) => void;
}

/**
 * Waits until changes are visible, and goes on as long as ever more of them are.
 * @returns those that were not visible when nothing had come for a time in proportion to the work
 */
export async function untilVisible<B>(bodies: readonly B[], waiting: Waiting<B>): Promise<readonly B[]> {
  const patience = STALL + STALL_PER_RECORD * waiting.records;
  const start = Date.now();
  let lastProgress = start;
  let left = bodies;
  for (let pause = FIRST_POLL; left.length > 0; ) {
    const seen: readonly B[] = await waiting.poll(left).catch(() => left);
    if (seen.length < left.length) lastProgress = Date.now();
    left = seen;
    waiting.onPoll?.(left.length);
    if (left.length === 0 || Date.now() + pause > lastProgress + patience) break;
    await sleep(pause);
    pause = Math.min(pause * 2, LONGEST_POLL, Math.max(POLL, (Date.now() - start) / 10));
  }
  return left;
}

/** The answers in the order of the bodies. */
export function byName(
  bodies: readonly { readonly name: string }[],
  responses: readonly { readonly name: string; readonly error: number; readonly message?: string | null }[],
): Verdict[] {
  const verdicts = new Map(
    responses.map(({ name, error, message = null }) => [name, { code: error, message }]),
  );
  return bodies.map(
    ({ name }) => verdicts.get(name) ?? { code: -1, message: 'the answer says nothing of it' },
  );
}
