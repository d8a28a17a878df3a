import { setTimeout as sleep } from 'node:timers/promises';
import { type Failure, formatCount, isObject, type JsonObject, objectOf } from '../../../../model/index.ts';
import { numberIn, objectsIn, textIn } from '../../fields/values.ts';
import {
  isRenameCall,
  MOVE_PHASES,
  type MoveCall,
  type MovePhase,
  phaseOf,
  RENAME_PHASES,
} from '../../kinds/stream/move-calls.ts';
import type { ApiRequest, Execution, JetStreamApi } from '../api.ts';
import { configOf } from '../listings.ts';
import { isNotFound, unless } from '../refusals.ts';

/** The move cannot continue now. Nothing is lost: the next apply continues it. */
export class MoveStopped extends Error {
  override readonly name = 'MoveStopped';
  readonly hint: string;
  constructor(message: string, hint = 'nothing is lost; apply again to continue') {
    super(message);
    this.hint = hint;
  }

  failure(op: string): Failure {
    return { op, message: this.message, hint: this.hint };
  }
}

/** The streams of a move, as STREAM.INFO describes them. */
export interface Streams {
  readonly stream: JsonObject | undefined;
  readonly hold: JsonObject | undefined;
  /** See {@link phaseOf}. */
  readonly phase: MovePhase | undefined;
}

/** Milliseconds between two looks at a copy. */
const POLL = 50;
const POLL_MAX = 500;

/** Milliseconds without any progress after which a move stops: servers set up a stalled mirror again every 10 s. */
const STALLED = 60_000;

/** Progress is told at most once in this time; milliseconds. */
const TOLD_EVERY = 500;

/** What all phases of one move share: requests, waiting, progress. */
export class Mover {
  /** The stream whose messages are moved. */
  readonly name: string;
  /** The stream that gets them: the hold stream, or the new name. */
  readonly hold: string;
  /** The stream as it is to be. */
  readonly config: JsonObject;
  readonly call: MoveCall;
  readonly #execution: Execution;
  /** When a server last answered; epoch milliseconds. */
  lastAnswer = Date.now();
  /** The deletion of the hold stream was sent: then its absence is the end of the move. */
  isCleaned = false;
  #toldAt = 0;

  constructor(call: MoveCall, execution: Execution) {
    const { body } = call;
    this.call = call;
    this.config = 'config' in body ? body.config : {};
    this.name = 'was' in body ? body.was : body.name;
    this.hold = 'was' in body ? body.name : body.hold;
    this.#execution = execution;
  }

  get broker() {
    return this.#execution.broker;
  }

  get api(): JetStreamApi {
    return this.#execution.api;
  }

  /** The live state. */
  async streams(): Promise<Streams> {
    const [stream, hold] = await Promise.all([this.#info(this.name), this.#info(this.hold)]);
    const configs = { stream: stream && configOf(stream), hold: hold && configOf(hold) };
    return { stream, hold, phase: phaseOf(this.name, configs) };
  }

  #info(stream: string): Promise<JsonObject | undefined> {
    return unless(isNotFound, this.read({ verb: 'STREAM.INFO', path: [stream] }));
  }

  /** @throws as `JetStreamApi.read` */
  async read(request: ApiRequest): Promise<JsonObject> {
    const answer = await this.api.read(request);
    this.lastAnswer = Date.now();
    return answer;
  }

  /** Sends a request once, unless the apply was aborted. @throws MoveStopped, or as `JetStreamApi.once` */
  async write(request: ApiRequest): Promise<JsonObject> {
    if (this.#execution.abort.aborted) throw new MoveStopped('stopped');
    const answer = await this.api.once(request, this.api.deadline());
    this.lastAnswer = Date.now();
    return answer;
  }

  /**
   * Looks again and again until a look has a result.
   * @param look `seen` tells how far it is: the wait ends when that does not change any more
   * @param isStoppable whether a drain ends the wait: nothing would be half done
   * @throws MoveStopped
   */
  async until<T>(
    look: () => Promise<{ readonly result?: T; readonly seen: string; readonly why: string }>,
    isStoppable = false,
  ): Promise<T> {
    const { abort, drain } = this.#execution;
    let last = '';
    let changedAt = Date.now();
    for (let poll = POLL; ; poll = Math.min(POLL_MAX, poll * 1.5)) {
      const { result, seen, why } = await look();
      if (result !== undefined) return result;
      if (seen !== last) changedAt = Date.now();
      last = seen;
      if (abort.aborted || (isStoppable && drain?.aborted)) throw new MoveStopped(`stopped: ${why}`);
      if (Date.now() - changedAt > STALLED) {
        throw new MoveStopped(`no progress for ${STALLED / 1000} s: ${why}`);
      }
      await sleep(poll);
    }
  }

  /** Reports progress: `stream ORDERS: move 2 of 7, copy: 1,000 of 18,204 messages, 500/s`. */
  tell(text: string): void {
    const { onWork, limitRate } = this.#execution;
    if (!onWork || Date.now() - this.#toldAt < TOLD_EVERY) return;
    this.#toldAt = Date.now();
    const { op } = this.call;
    const phases: readonly string[] = isRenameCall(this.call) ? RENAME_PHASES : MOVE_PHASES;
    const [what = '', phase = ''] = op.split('.');
    const place = `${what} ${phases.indexOf(op) + 1} of ${phases.length}`;
    const unlimited = limitRate === undefined ? '' : '; servers copy, so --limit-rate does not apply';
    onWork(`stream ${this.name}: ${place}, ${phase}: ${text}${unlimited}`);
  }
}

/** Counters of STREAM.INFO. */
export interface Counters {
  readonly messages: bigint;
  readonly first: bigint;
  readonly last: bigint;
  /** Deleted messages between the first and the last. */
  readonly holes: bigint;
}

export function countersOf(info: JsonObject): Counters {
  const state = objectOf(info.state);
  return {
    messages: numberIn(state.messages),
    first: numberIn(state.first_seq),
    last: numberIn(state.last_seq),
    holes: numberIn(state.num_deleted),
  };
}

/** Why a mirror does not continue, in the words of its server. */
export function mirrorErrorOf(info: JsonObject): string {
  const { mirror } = info;
  const error = textIn(objectOf(objectOf(mirror).error).description);
  return error === '' ? '' : ` (${error})`;
}

/**
 * The servers of a cluster that have a copy of this stream, and are away or behind. A server that comes back after the
 * subjects went to another stream may refuse its copy (10065), until it is started again.
 */
export function absentPeers({ cluster }: JsonObject): string[] {
  if (!isObject(cluster)) return [];
  return objectsIn(cluster.replicas)
    .filter(({ current, offline }) => offline === true || current !== true)
    .map(({ name }) => textIn(name));
}

export function amountText({ messages }: Counters, of: Counters): string {
  return `${formatCount(messages)} of ${formatCount(of.messages)} messages`;
}
