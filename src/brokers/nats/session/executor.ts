import {
  type BrokerIdentity,
  type Failure,
  integer,
  isObject,
  type Json,
  type JsonObject,
  objectOf,
  toBigInt,
} from '../../../model/index.ts';
import { atLeast, supports } from '../facts.ts';
import { numberIn } from '../fields/values.ts';
import type { ConsumerCall } from '../kinds/consumer/index.ts';
import { asDeclared, asMoved, asReset, continuesIn, successorOf } from '../kinds/consumer/moved.ts';
import type { ResetTo } from '../kinds/consumer/risks.ts';
import type { NatsCall } from '../kinds/index.ts';
import { streamMetrics } from '../kinds/metrics.ts';
import { isMoveCall } from '../kinds/stream/move-calls.ts';
import { updateRisks } from '../kinds/stream/risks.ts';
import { type Execution, pause, type Result } from './api.ts';
import { configOf } from './listings.ts';
import { executeMove } from './move/index.ts';
import {
  failureOf,
  hasUnknownOutcome,
  isNameInUse,
  isNoMessage,
  isNotFound,
  isStoreBusy,
  isTransient,
  unless,
} from './refusals.ts';
import {
  droppedFields,
  infoOf,
  isSame,
  pedantic,
  tokens,
  UnsafeName,
  type Write,
  type WriteCall,
  writeOf,
} from './requests.ts';

type StreamUpdateCall = Extract<NatsCall, { op: 'stream.update' }>;

/** Attempts to create a resource while its name is still in use: about a second. */
const NAME_ATTEMPTS = 5;

const DONE: Result = { status: 'done' };

/**
 * Executes one call. After a lost response the live state tells whether the call was done. It is not simply sent again:
 * an update without changes can delete messages (nats-server#5526), and a deletion could delete a re-created resource.
 */
export async function executeCall(call: NatsCall, execution: Execution): Promise<Result> {
  try {
    if (isMoveCall(call)) return await executeMove(call, execution);
    if (call.op === 'consumer.reset') return await resetConsumer(call, execution);
    return await attempt(call, writeOf(call), execution);
  } catch (error) {
    if (error instanceof UnsafeName) return failed({ op: call.op, message: error.message });
    return failed(failureOf(error, call.op));
  }
}

async function attempt(call: WriteCall, planned: Write, execution: Execution): Promise<Result> {
  let write = planned;
  const { api, broker, abort } = execution;
  const deadline = api.deadline();
  let mustReadLive = requiresLive(call, broker);
  let isUncertain = false;
  for (let attempt = 0; ; attempt++) {
    try {
      if (mustReadLive) {
        const live = await unless(isNotFound, api.read(infoOf(call), deadline));
        const outcome = resultFrom(call, planned, live, broker, isUncertain);
        if (outcome) return outcome;
        if (call.op === 'consumer.create' && call.body.continues) {
          const config = await continuing(call.body.config, call.body.continues, execution, deadline);
          if (!config) return failed({ op: call.op, message: GONE, hint: 'run plan again' });
          write = writeOf({ ...call, body: { ...call.body, config } });
        }
        // Where a moved consumer begins is not what was declared, and cannot change.
        if (call.op === 'consumer.update' && live) {
          write = writeOf({
            ...call,
            body: { ...call.body, config: asMoved(call.body.config, configOf(live)) },
          });
        }
        mustReadLive = requiresLive(call, broker);
        isUncertain = false;
      }
      if (abort.aborted) return { status: 'unsent', failure: { op: call.op, message: 'stopped' } };
      return checked(call, write, await api.once(pedantic(write.request, broker), deadline), broker);
    } catch (error) {
      if (isNotFound(error) && isDeletion(call)) return DONE;
      if (hasUnknownOutcome(error)) isUncertain = mustReadLive = true;
      else if ((isStoreBusy(error) || isNameInUse(error)) && attempt < NAME_ATTEMPTS) mustReadLive = true;
      else if (!isTransient(error)) throw error;
      if (await pause(attempt, deadline)) continue;
      const status = isUncertain ? 'unknown' : 'unsent';
      return { status, failure: failureOf(error, call.op) };
    }
  }
}

/** True if the first request depends on the live state. */
function requiresLive(call: NatsCall, broker: BrokerIdentity): boolean {
  if (call.op === 'stream.delete') return call.body.ifEmpty;
  // Another apply can have made the same update.
  if (call.op === 'stream.update' || call.op === 'consumer.update') return true;
  // Servers before 2.10 ignore the action: "create" overwrites.
  return call.op === 'consumer.create' && (call.body.continues !== undefined || !atLeast(broker, '2.10'));
}

/** Whether a consumer is the one that a renamed one becomes. Before 2.10 nothing tells. */
function isSuccessor(
  { body: { continues } }: Extract<NatsCall, { op: 'consumer.create' | 'consumer.update' }>,
  live: JsonObject,
  broker: BrokerIdentity,
): boolean {
  if (!continues || !supports(broker, '2.10')) return true;
  return continuesIn(live) === `${continues.stream}/${continues.name}`;
}

const GONE = 'the consumer that was renamed is gone, with its position';

/** The configuration of a consumer that begins where another one is; undefined if that does not exist. */
async function continuing(
  config: JsonObject,
  { stream, name }: { stream: string; name: string },
  { api, broker }: Execution,
  deadline: number,
): Promise<JsonObject | undefined> {
  const old = await unless(isNotFound, api.read({ verb: 'CONSUMER.INFO', path: [stream, name] }, deadline));
  return old && successorOf(old, config, supports(broker, '2.10'));
}

/** The result of a call by the live state; undefined if it must be sent. */
function resultFrom(
  call: NatsCall,
  write: Write,
  live: JsonObject | undefined,
  broker: BrokerIdentity,
  isUncertain: boolean,
): Result | undefined {
  const { op } = call;
  if (!live) {
    if (isDeletion(call)) return DONE;
    // Later servers say so themselves.
    const isCreation = op === 'consumer.update' && !atLeast(broker, '2.10');
    return isCreation ? failed({ op, message: 'the consumer does not exist' }) : undefined;
  }
  const config = configOf(live);
  if (op === 'stream.delete') return call.body.ifEmpty ? refuseMessages(call, live) : undefined;
  if (op === 'consumer.create' && !isSuccessor(call, config, broker)) {
    return failed({
      op,
      message: 'a consumer of this name already exists, and does not continue the renamed one',
      hint: 'run plan again',
    });
  }
  if (write.sent && isSame(write.sent, asDeclared(config), broker)) return DONE;
  if (op === 'stream.update' && call.body.ifLossless) return lossesOf(call, live);
  if ((op === 'stream.create' || op === 'consumer.create') && !isUncertain) {
    const message = `a ${op.replace('.create', '')} of this name already exists with a different configuration`;
    return failed({ op, message, ...(op === 'stream.create' && { hint: 'plan again' }) });
  }
  return undefined;
}

function refuseMessages(call: NatsCall, info: JsonObject): Result | undefined {
  const messages = toBigInt(objectOf(info.state).messages);
  if (messages === 0n) return undefined;
  const held =
    messages === undefined
      ? 'an unknown number of messages'
      : `${messages} message${messages === 1n ? '' : 's'}`;
  return failed({
    op: call.op,
    message: `it now holds ${held}`,
    hint: 'let its consumers finish, or allow the destructive change',
  });
}

/** Losses that the plan did not show, because the stream had fewer messages then. */
function lossesOf({ op, target, body }: StreamUpdateCall, info: JsonObject): Result | undefined {
  const before = { address: target, spec: configOf(info), dependsOn: [], metrics: streamMetrics(info, []) };
  const after = { address: target, spec: body.config, dependsOn: [] };
  const risks = updateRisks({ action: 'update', before, after, fields: [] });
  const losses = risks.filter((risk) => risk.class === 'destructive').map(({ message }) => message);
  if (losses.length === 0) return undefined;
  return failed({ op, message: `now ${losses.join('; ')}`, hint: 'run plan again and allow it there' });
}

/** A response without a sent field is a failure: the server dropped the field. */
function checked(call: NatsCall, write: Write, answer: JsonObject, broker: BrokerIdentity): Result {
  const dropped = write.sent ? droppedFields(write.sent, configOf(answer), broker) : [];
  if (dropped.length === 0) return DONE;
  return failed({
    op: call.op,
    message: `the server accepted it and dropped ${dropped.join(', ')}`,
    hint: `NATS ${broker.version} does not know ${dropped.length === 1 ? 'it' : 'them'}: leave out, or upgrade the server`,
  });
}

function isDeletion(call: NatsCall): boolean {
  return call.op === 'stream.delete' || call.op === 'consumer.delete';
}

function failed(failure: Failure): Result {
  return { status: 'failed', failure };
}

type ResetCall = Extract<ConsumerCall, { op: 'consumer.reset' }>;

/**
 * Moves a consumer, then records where it is declared to begin. A reset to a sequence has the same effect when it is made
 * twice, so an uncertain one is made again.
 */
async function resetConsumer(call: ResetCall, execution: Execution): Promise<Result> {
  const { api, broker, abort } = execution;
  const { stream, name, config, to } = call.body;
  const path = tokens(stream, name);
  const deadline = api.deadline();
  let isUncertain = false;
  for (let attempt = 0; ; attempt++) {
    try {
      const live = configOf(await api.read({ verb: 'CONSUMER.INFO', path }, deadline));
      if (isSame({ config, of: 'consumer', ignored: 'pause_until' }, asDeclared(live), broker))
        return { status: 'done' };
      if (abort.aborted) return { status: 'unsent', failure: { op: call.op, message: 'stopped' } };
      const seq = await sequenceOf(to, stream, execution, deadline);
      await api.once({ verb: 'CONSUMER.RESET', path, body: { seq } }, deadline);
      const update = writeOf({
        ...{ op: 'consumer.update', target: call.target },
        body: { stream, name, config: asReset(config, live) },
      });
      await api.once(pedantic(update.request, broker), deadline);
      return { status: 'done' };
    } catch (error) {
      isUncertain ||= hasUnknownOutcome(error);
      if (!hasUnknownOutcome(error) && !isTransient(error)) throw error;
      if (await pause(attempt, deadline)) continue;
      return { status: isUncertain ? 'unknown' : 'unsent', failure: failureOf(error, call.op) };
    }
  }
}

async function sequenceOf(to: ResetTo, stream: string, { api }: Execution, deadline: number): Promise<Json> {
  if (typeof to === 'object' && 'seq' in to) return to.seq;
  if (to !== 'new') {
    const body = { start_time: to.time, next_by_subj: '>', no_hdr: true };
    const request = { verb: 'STREAM.MSG.GET', path: [stream], body };
    const answer = await unless(isNoMessage, api.read(request, deadline));
    if (isObject(answer?.message)) return answer.message.seq ?? 1;
  }
  const { state } = await api.read({ verb: 'STREAM.INFO', path: [stream] }, deadline);
  return integer(numberIn(objectOf(state).last_seq) + 1n);
}
