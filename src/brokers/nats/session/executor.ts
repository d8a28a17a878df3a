import {
  type BrokerIdentity,
  type Failure,
  isObject,
  type JsonObject,
  toBigInt,
} from '../../../model/index.ts';
import type { NatsCall } from '../kinds/calls.ts';
import { updateRisks } from '../kinds/stream/risks.ts';
import { atLeast } from '../version.ts';
import { type JetStreamApi, pause } from './api.ts';
import { configOf, streamVolatile } from './payloads.ts';
import { failureOf, isNotFound, isPassing, isStoreBusy, isTaken, isUnsure } from './refusals.ts';
import { UnsafeName, type Write, writeOf } from './requests.ts';
import { droppedFields, isSame } from './verify-response.ts';

type StreamUpdateCall = Extract<NatsCall, { op: 'stream.update' }>;

export interface Performing {
  readonly api: JetStreamApi;
  readonly broker: BrokerIdentity;
  /** Aborted: nothing is sent any more. */
  readonly abort: AbortSignal;
}

/** `unsent`: the server could not be asked, and surely did nothing. */
export type Result =
  | { readonly status: 'done' }
  | { readonly status: 'failed' | 'unknown' | 'unsent'; readonly failure: Failure };

/** Further attempts to make what has a name that is not free yet: for a second or so. */
const SETTLING_ATTEMPTS = 5;

const DONE: Result = { status: 'done' };

/**
 * Makes one change. A request whose answer is lost is not simply sent again: an update that changes nothing can cost
 * messages (nats-server#5526), and a deletion could hit what was made anew. What is live tells whether it was done.
 */
export async function perform(call: NatsCall, performing: Performing): Promise<Result> {
  try {
    return await attempt(call, writeOf(call), performing);
  } catch (error) {
    if (error instanceof UnsafeName) return failed({ op: call.op, message: error.message });
    return failed(failureOf(error, call.op));
  }
}

async function attempt(call: NatsCall, write: Write, performing: Performing): Promise<Result> {
  const { api, broker, abort } = performing;
  const deadline = api.deadline();
  let mustLook = needsLook(call, broker);
  let isUncertain = false;
  for (let attempt = 0; ; attempt++) {
    try {
      if (mustLook) {
        const outcome = judge(call, write, await look(write, api, deadline), broker, isUncertain);
        if (outcome) return outcome;
        mustLook = needsLook(call, broker);
        isUncertain = false;
      }
      if (abort.aborted) return { status: 'unsent', failure: { op: call.op, message: 'stopped' } };
      return checked(call, write, await api.once(write.request, deadline), broker);
    } catch (error) {
      if (isNotFound(error) && isDeletion(call)) return DONE;
      if (isUnsure(error)) isUncertain = mustLook = true;
      else if ((isStoreBusy(error) || isTaken(error)) && attempt < SETTLING_ATTEMPTS) mustLook = true;
      else if (!isPassing(error)) throw error;
      if (await pause(attempt, deadline)) continue;
      const status = isUncertain ? 'unknown' : 'unsent';
      return { status, failure: failureOf(error, call.op) };
    }
  }
}

/** What must be known before the request is sent for the first time. */
function needsLook(call: NatsCall, broker: BrokerIdentity): boolean {
  if (call.op === 'stream.delete') return call.body.ifEmpty;
  // Another apply may have made the same update by now.
  if (call.op === 'stream.update' || call.op === 'consumer.update') return true;
  // Before 2.10 the action is ignored: "create" overwrites.
  return call.op === 'consumer.create' && !atLeast(broker, '2.10');
}

/** The live state; undefined where there is nothing. */
async function look(write: Write, api: JetStreamApi, deadline: number): Promise<JsonObject | undefined> {
  try {
    return await api.ask(write.info, deadline);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What the live state says about the call; undefined where it is still to be sent. */
function judge(
  call: NatsCall,
  write: Write,
  live: JsonObject | undefined,
  broker: BrokerIdentity,
  isUncertain: boolean,
): Result | undefined {
  if (isDeletion(call)) {
    if (!live) return DONE;
    return write.ifEmpty ? refuseMessages(call, live) : undefined;
  }
  if (write.sent && live && isSame(write.sent, configOf(live), broker)) return DONE;
  if (call.op === 'stream.update' && call.body.ifLossless && live) {
    const losses = lossesOf(call, live);
    if (losses) return losses;
  }
  if (call.op === 'stream.create' && live && !isUncertain) {
    const message = 'a stream of this name is there already, with another configuration';
    return failed({ op: call.op, message, hint: 'plan again' });
  }
  const isOld = !atLeast(broker, '2.10');
  if (call.op === 'consumer.create' && live && !isUncertain) {
    return failed({
      op: call.op,
      message: 'a consumer of this name is there already, with another configuration',
    });
  }
  if (call.op === 'consumer.update' && !live && isOld) {
    return failed({ op: call.op, message: 'the consumer is not there' });
  }
  return undefined;
}

function refuseMessages(call: NatsCall, info: JsonObject): Result | undefined {
  const messages = isObject(info.state) ? toBigInt(info.state.messages) : undefined;
  if (messages === 0n) return undefined;
  const held =
    messages === undefined
      ? 'an unknown number of messages'
      : messages === 1n
        ? '1 message'
        : `${messages} messages`;
  return failed({
    op: call.op,
    message: `it holds ${held} by now`,
    hint: 'let its consumers finish, or allow the destructive change',
  });
}

/** What the plan did not show, because there was less in the stream then. */
function lossesOf({ op, target, body }: StreamUpdateCall, info: JsonObject): Result | undefined {
  const before = { address: target, spec: configOf(info), needs: [], volatile: streamVolatile(info, []) };
  const after = { address: target, spec: body.config, needs: [] };
  const risks = updateRisks({ action: 'update', before, after, fields: [] });
  const losses = risks.filter((risk) => risk.class === 'destructive').map(({ message }) => message);
  if (losses.length === 0) return undefined;
  return failed({ op, message: `by now ${losses.join('; ')}`, hint: 'plan again, and allow it there' });
}

/** A "yes" whose echo lacks a field is a "no" to that field. */
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
