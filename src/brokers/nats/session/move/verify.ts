import { eachOf } from '../../../../model/concurrency.ts';
import { isObject, type JsonObject, objectOf, roughSize, toBigInt } from '../../../../model/index.ts';
import { listIn, numberIn, textIn } from '../../fields/values.ts';
import { configOf } from '../listings.ts';
import { isNoMessage, Refusal, unless } from '../refusals.ts';
import { amountText, type Counters, countersOf, type Mover, MoveStopped, mirrorErrorOf } from './mover.ts';

/** Holes that are compared one by one. Counters alone tell about more: the answer would be too long. */
const MAX_HOLES = 200_000n;

/** Concurrent deletions. */
const CONCURRENT = 32;

/** Milliseconds after which a tail that does not come is looked for. */
const TAIL = 2_000;

/**
 * Waits until a mirror has every message of its origin, which takes none any more, and has none that the origin lost
 * meanwhile.
 * @throws MoveStopped
 */
export async function untilWhole(mover: Mover, origin: string, mirror: string): Promise<void> {
  const since = Date.now();
  await mover.until(async () => {
    const [from, to] = await Promise.all([infoOf(mover, origin), infoOf(mover, mirror)]);
    const [has, needs] = [countersOf(to), countersOf(from)];
    mover.tell(amountText(has, needs));
    const why = `${mirror} has ${amountText(has, needs)} of ${origin}${mirrorErrorOf(to)}`;
    const seen = JSON.stringify([has, needs].map(({ messages, last }) => [String(messages), String(last)]));
    if (has.last < needs.last && !(await bringTail(mover, needs, has, { origin, mirror, since }))) {
      return { seen, why };
    }
    if (has.messages < needs.messages || !(await containsHoles(mover, origin, mirror, needs, has))) {
      return { seen, why };
    }
    if (has.messages > needs.messages) await removeLost(mover, origin, mirror, { from, needs, has });
    return { result: true, seen, why };
  });
}

async function infoOf(mover: Mover, stream: string, withHoles = false): Promise<JsonObject> {
  return mover.read({
    verb: 'STREAM.INFO',
    path: [stream],
    ...(withHoles && { body: { deleted_details: true } }),
  });
}

/**
 * A mirror learns of deleted messages by the next message, so it does not know of those at the end. An empty stream is
 * brought to the same end. True where nothing more is to come.
 */
async function bringTail(
  mover: Mover,
  needs: Counters,
  has: Counters,
  { origin, mirror, since }: { origin: string; mirror: string; since: number },
): Promise<boolean> {
  if (needs.messages === 0n) {
    await mover.write({ verb: 'STREAM.PURGE', path: [mirror], body: { seq: Number(needs.last) + 1 } });
    return false;
  }
  if (has.messages < needs.messages || Date.now() - since < TAIL) return false;
  return (await timeOf(mover, origin, needs.last)) === undefined;
}

/** The time of a message; undefined if there is none with this sequence. */
export async function timeOf(mover: Mover, stream: string, sequence: bigint): Promise<string | undefined> {
  const request = { verb: 'STREAM.MSG.GET', path: [stream], body: { seq: Number(sequence) } };
  const answer = await unless(isNoMessage, mover.read(request));
  return answer && textIn(objectOf(answer.message).time);
}

/** Whether every hole of the mirror is one of its origin, too. */
async function containsHoles(
  mover: Mover,
  origin: string,
  mirror: string,
  needs: Counters,
  has: Counters,
): Promise<boolean> {
  if (needs.messages === 0n) return true;
  if (has.first > needs.first) return false;
  if (has.holes === 0n || has.holes > MAX_HOLES || needs.holes > MAX_HOLES) return true;
  const [lacking, deleted] = await Promise.all([holesOf(mover, mirror), holesOf(mover, origin)]);
  const known = new Set(deleted);
  return lacking.every((sequence) => sequence < needs.first || known.has(sequence));
}

async function holesOf(mover: Mover, stream: string): Promise<bigint[]> {
  const { state } = await infoOf(mover, stream, true);
  return listIn(objectOf(state).deleted).flatMap((sequence) => toBigInt(sequence) ?? []);
}

/**
 * Removes from the mirror what was purged or deleted from the origin after it was copied. What limits removed is left to
 * the limits of the new stream.
 */
async function removeLost(
  mover: Mover,
  origin: string,
  mirror: string,
  { from, needs, has }: { from: JsonObject; needs: Counters; has: Counters },
): Promise<void> {
  // In a stream that is empty, the next sequence is the first.
  if (has.first < needs.first) {
    await mover.write({ verb: 'STREAM.PURGE', path: [mirror], body: { seq: Number(needs.first) } });
  }
  const isLimited = numberIn(configOf(from).max_msgs_per_subject) > 0n;
  if (isLimited || needs.holes === 0n) return;
  if (needs.holes > MAX_HOLES) {
    throw new MoveStopped(
      `${origin} has ${needs.holes} deleted messages, too many to compare with those of ${mirror}`,
    );
  }
  const [deleted, lacking] = await Promise.all([holesOf(mover, origin), holesOf(mover, mirror)]);
  const gone = new Set(lacking);
  const extra = deleted.filter((sequence) => !gone.has(sequence));
  await eachOf(extra, CONCURRENT, async (sequence) => {
    await deleteMessage(mover, mirror, sequence);
  });
}

async function deleteMessage(mover: Mover, stream: string, sequence: bigint): Promise<void> {
  const body = { seq: Number(sequence), no_erase: true };
  // Gone already: expired, or deleted by the attempt before.
  const isGone = (error: unknown) =>
    error instanceof Refusal && (error.code === 404 || error.errCode === 10043);
  await unless(isGone, mover.write({ verb: 'STREAM.MSG.DELETE', path: [stream], body }));
}

/**
 * Whether the account has room for a copy of the stream, in the storage of the hold stream and in that of the new one.
 * The servers' own room is not known.
 * @param copies configurations of the streams that get a copy
 * @throws MoveStopped
 */
export async function checkRoom(
  mover: Mover,
  stream: JsonObject,
  copies: readonly JsonObject[],
): Promise<void> {
  const account = await mover.read({ verb: 'INFO' });
  // The limits of a tier depend on the replicas, and are left to the server.
  if (isObject(account.tiers)) return;
  const limits = objectOf(account.limits);
  const bytes = numberIn(objectOf(stream.state).bytes);
  for (const { storage, num_replicas: replicas } of copies) {
    const isMemory = storage === 'memory';
    const most = numberIn(isMemory ? limits.max_memory : limits.max_storage);
    const used = numberIn(isMemory ? account.memory : account.storage);
    const copy = bytes * (numberIn(replicas) || 1n);
    if (most <= 0n || used + copy <= most) continue;
    throw new MoveStopped(
      `a copy needs ${roughSize(copy)} of ${isMemory ? 'memory' : 'file'} storage, and the account has ${roughSize(most > used ? most - used : 0n)} left`,
      'raise the limit of the account',
    );
  }
}
