import { isObject, type JsonObject, roughSize } from '../../../../model/index.ts';
import { numberIn } from '../../fields/values.ts';
import { type Mover, MoveStopped } from './mover.ts';

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
  const limits: JsonObject = isObject(account.limits) ? account.limits : {};
  const bytes = isObject(stream.state) ? numberIn(stream.state.bytes) : 0n;
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
