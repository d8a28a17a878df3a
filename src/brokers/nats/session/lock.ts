import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from '@nats-io/transport-node';
import {
  type BrokerIdentity,
  type JsonObject,
  type Lock,
  type LockAttempt,
  type LockRequest,
  lockName,
  readHolder,
  writeHolder,
} from '../../../model/index.ts';
import type { NatsFacts } from '../facts.ts';
import { LOCK_STREAM } from '../kinds/addresses.ts';
import type { JetStreamApi } from './api.ts';
import { configOf } from './listings.ts';
import { failureOf, isNameInUse, isNotFound, Refusal, unless } from './refusals.ts';

/*
 * The lock is an ephemeral push consumer whose deliver subject is an inbox of the holder. While anyone listens there, a
 * server rejects another deliver subject for this consumer (10013, `checkNewConsumerConfig` in server/consumer.go), and
 * once the holder's connection ends, it accepts one: no time-to-live, and no right but $JS.API.> and the inboxes.
 * Verified on 2.9.10, 2.10.27 and 2.15.1. The server deletes the consumer 5 s after its listener. Its stream stays: an
 * apply that deleted it would delete the lock of the next one.
 */

/** Its subject has three tokens, so that only a stream that overlaps with `$JS.API` too can overlap with it. */
const STREAM = { name: LOCK_STREAM, subjects: ['$BROKERFORM.LOCK.NONE'], max_msgs: 1, discard: 'new' };

/** Milliseconds for one attempt with its retries: about the duration of a leader election. */
const PATIENCE = 10_000;

/** Milliseconds. Without a heartbeat, the consumer is deleted, its server is down, or it has another listener. */
const HEARTBEAT = { every: 1_000, missing: 3_500 };

/** Looks whether the interest has reached the consumer's server, and the milliseconds between them. */
const LOOKS = { count: 10, pause: 100 };

interface Claim {
  readonly api: JetStreamApi;
  readonly name: string;
  readonly inbox: string;
  readonly deadline: number;
}

/** See `Session.lock`. */
export async function takeLock(
  request: LockRequest,
  api: JetStreamApi,
  broker: BrokerIdentity,
): Promise<LockAttempt> {
  const { createInbox } = await import('@nats-io/transport-node');
  const claim = { api, name: lockName(request), inbox: createInbox(), deadline: Date.now() + PATIENCE };
  const listener = new Listener(api, claim.inbox);
  try {
    const created = await create(claim, request, broker);
    const attempt = 'status' in created ? created : await confirm(claim, created, broker);
    if (attempt) {
      await listener.release();
      return attempt;
    }
    listener.watch();
    return { status: 'held', lock: listener };
  } catch (error) {
    await listener.release();
    return unavailable(error);
  }
}

interface Created {
  readonly info: JsonObject;
}

/** Creates the consumer, or takes over that of a dead holder. */
async function create(
  claim: Claim,
  request: LockRequest,
  broker: BrokerIdentity,
): Promise<LockAttempt | Created> {
  const { api, name, inbox, deadline } = claim;
  const config = {
    ...{ name, description: writeHolder(request.holder), deliver_subject: inbox },
    ...{ ack_policy: 'none', deliver_policy: 'all', replay_policy: 'instant' },
    ...{ idle_heartbeat: HEARTBEAT.every * 1_000_000, mem_storage: true, num_replicas: 1 },
  };
  const body = { stream_name: LOCK_STREAM, config };
  for (let hasStream = false; ; hasStream = true) {
    try {
      return { info: await api.read({ verb: 'CONSUMER.CREATE', path: [LOCK_STREAM, name], body }, deadline) };
    } catch (error) {
      if (isNameInUse(error)) return taken(await infoOf(claim));
      if (!isNotFound(error) || hasStream) throw error;
      if (!leavesRoom(request, broker)) {
        return {
          ...{ status: 'unavailable', reason: 'the account limits its streams, and the lock takes one' },
          ...{ hint: `create the stream ${LOCK_STREAM} with no message beforehand` },
        };
      }
      await createStream(claim, broker);
    }
  }
}

/** In memory and on three servers; where an account or cluster does not allow that, in a file on one. */
async function createStream({ api, deadline }: Claim, broker: BrokerIdentity): Promise<void> {
  const { servers, limits } = broker.facts as NatsFacts;
  const options: JsonObject[] = [
    { storage: 'memory', num_replicas: servers === 1 ? 1 : 3 },
    { storage: 'file', num_replicas: 1 },
  ];
  let refusal: Refusal | undefined;
  for (const option of options) {
    try {
      const body = { ...STREAM, ...option, ...(limits?.max_bytes_required && { max_bytes: 1024 }) };
      await api.read({ verb: 'STREAM.CREATE', path: [LOCK_STREAM], body }, deadline);
      return;
    } catch (error) {
      // Another apply created it with the other option.
      if (isNameInUse(error)) return;
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

/** Whether the account takes one stream more than the apply creates. */
function leavesRoom({ creates }: LockRequest, { facts }: BrokerIdentity): boolean {
  const { limits, tiers = {} } = facts as NatsFacts;
  return [limits, ...Object.values(tiers)].every((one) => {
    const { max_streams: most = -1, streams = 0 } = one ?? {};
    return most <= 0 || streams + creates < most;
  });
}

/**
 * Undefined if the consumer delivers to this inbox. A cluster can accept two at a time and keep the later one (seen on
 * 2.15.1 in 1 of 30 races of six), and needs some milliseconds until the consumer's server knows of the listener. A
 * consumer that never does delivers into another account.
 */
async function confirm(
  claim: Claim,
  { info: created }: Created,
  { facts }: BrokerIdentity,
): Promise<LockAttempt | undefined> {
  if ((facts as NatsFacts).servers === 1 && created.push_bound === true) return undefined;
  for (let look = 1; ; look++) {
    const info = await infoOf(claim);
    if (info === undefined || configOf(info).deliver_subject !== claim.inbox) return taken(info);
    if (info.push_bound === true) return undefined;
    if (look === LOOKS.count) {
      const reason = 'the server does not deliver to this connection: JetStream may be in another account';
      return { status: 'unavailable', reason };
    }
    await sleep(LOOKS.pause);
  }
}

/** Undefined if it does not exist any more. */
function infoOf({ api, name, deadline }: Claim): Promise<JsonObject | undefined> {
  return unless(isNotFound, api.read({ verb: 'CONSUMER.INFO', path: [LOCK_STREAM, name] }, deadline));
}

function taken(info: JsonObject | undefined): LockAttempt {
  const holder = info && readHolder(configOf(info).description);
  return { status: 'taken', ...(holder && { holder }) };
}

function unavailable(error: unknown): LockAttempt {
  const { message, hint } = failureOf(error, 'lock');
  return { status: 'unavailable', reason: message, ...(hint !== undefined && { hint }) };
}

/** Listens on the inbox; it holds the lock for as long as it listens. */
class Listener implements Lock {
  readonly lost: Promise<void>;
  readonly #api: JetStreamApi;
  readonly #subscription: Subscription;
  #lose: () => void = () => {};
  #heard = Date.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(api: JetStreamApi, inbox: string) {
    this.#api = api;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    this.#subscription = api.link.connection.subscribe(inbox, {
      callback: () => {
        this.#heard = Date.now();
      },
    });
  }

  watch(): void {
    const lose = () => {
      this.#stop();
      this.#lose();
    };
    this.#heard = Date.now();
    this.#timer = setInterval(() => {
      if (Date.now() - this.#heard > HEARTBEAT.missing) lose();
    }, HEARTBEAT.every);
    this.#timer.unref();
    this.#api.link.onDisconnect = lose;
  }

  /** Nothing is deleted: by now the consumer could deliver to another apply. */
  async release(): Promise<void> {
    this.#stop();
    await this.#api.link.flush();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#api.link.onDisconnect = undefined;
    this.#subscription.unsubscribe();
  }
}
