import {
  type Address,
  append,
  type Change,
  type Context,
  formatSize,
  integer,
  kindOf,
  type Resource,
  type Risk,
  toBigInt,
} from '../../../model/index.ts';
import type { AccountLimits, NatsFacts } from '../facts.ts';
import { countText } from './metrics.ts';

/*
 * What the account does not permit, told before anything is sent. The server's own sums: `checkStreamCfg`,
 * `checkAllLimits` and `accountReservation` in server/jetstream.go.
 */

export function accountRisksOfStream(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [];
  const { spec } = change.after;
  const { limits, tier } = limitsFor(change.after, context);
  if (!limits) return [];
  const isMemory = spec.storage === 'memory';
  const maxBytes = toBigInt(spec.max_bytes) ?? -1n;
  const most = toBigInt(isMemory ? limits.memory_max_stream_bytes : limits.storage_max_stream_bytes) ?? 0n;
  const problems: string[] = [];
  if (limits.max_bytes_required && maxBytes <= 0n) problems.push('every stream must set max_bytes');
  if (most > 0n && maxBytes > most) {
    problems.push(`one ${isMemory ? 'memory' : 'file'} stream may have at most ${size(most)}`);
  }
  const maxStreams = limits.max_streams ?? -1;
  if (change.action === 'create' && maxStreams > 0 && limits.streams !== undefined) {
    const after = limits.streams + sumsOf(context).streamsAdded;
    if (after > maxStreams)
      problems.push(`at most ${maxStreams} streams, and this plan would make it ${after}`);
  }
  if (reservation(change.after, tier) > reservation(context.live.get(change.after.address), tier)) {
    append(problems, storageProblems(isMemory, limits, tier, context));
  }
  return problems.map(risk);
}

export function accountRisksOfConsumer(change: Change, context: Context): Risk[] {
  const { limits } = context.broker.facts as NatsFacts;
  if (change.action === 'delete') return [];
  const { spec, needs } = change.after;
  const problems: string[] = [];
  const most = limits?.max_ack_pending ?? 0;
  if (most > 0 && (toBigInt(spec.max_ack_pending) ?? 0n) > BigInt(most)) {
    problems.push(`max_ack_pending may be at most ${most}`);
  }
  const maxConsumers = limits?.max_consumers ?? -1;
  if (change.action === 'create' && maxConsumers > 0) {
    const count = sumsOf(context).consumers.get(needs[0] ?? '')?.size ?? 0;
    if (count > maxConsumers) {
      problems.push(`at most ${maxConsumers} consumers of one stream, and this plan would make it ${count}`);
    }
  }
  return problems.map(risk);
}

function risk(problem: string): Risk {
  return {
    class: 'refused',
    code: 'account-limit',
    message: `the account does not permit it: ${problem}`,
    hint: 'raise the limit of the account, or ask for less',
  };
}

function limitsFor(stream: Resource, { broker }: Context): { limits?: AccountLimits; tier?: string } {
  const { limits, tiers } = broker.facts as NatsFacts;
  if (!tiers) return limits ? { limits } : {};
  const tier = `R${toBigInt(stream.spec.num_replicas) ?? 1n}`;
  const own = tiers[tier];
  return own ? { limits: own, tier } : { tier };
}

/** What a plan comes to, as far as the limits of an account look at it. */
interface Sums {
  /** Streams that it makes, less those that it deletes. */
  readonly streamsAdded: number;
  /** Addresses of all consumers that a stream will have, by its address. */
  readonly consumers: ReadonlyMap<Address, ReadonlySet<Address>>;
  /** Bytes that it reserves more than now, by storage and tier. */
  readonly reserved: Map<string, bigint>;
}

const sumsByContext = new WeakMap<Context, Sums>();

/** Made once a plan: the risks of each of its creations look at the same sums. */
function sumsOf(context: Context): Sums {
  const known = sumsByContext.get(context);
  if (known) return known;
  const { desired, live, deleted = new Set() } = context;
  const consumers = new Map<Address, Set<Address>>();
  for (const { address, needs } of [...desired.values(), ...live.values()]) {
    const [stream] = needs;
    if (isStream(address) || stream === undefined || deleted.has(address)) continue;
    const group = consumers.get(stream) ?? new Set();
    consumers.set(stream, group.add(address));
  }
  const made = [...desired.keys()].filter((address) => isStream(address) && !live.has(address)).length;
  const gone = [...deleted].filter(isStream).length;
  const sums: Sums = { streamsAdded: made - gone, consumers, reserved: new Map() };
  sumsByContext.set(context, sums);
  return sums;
}

function reservedMore(storage: string, tier: string | undefined, context: Context): bigint {
  const { reserved } = sumsOf(context);
  const key = `${storage} ${tier ?? ''}`;
  const known = reserved.get(key);
  if (known !== undefined) return known;
  let total = 0n;
  for (const [address, stream] of context.desired) {
    if (!isStream(address) || stream.spec.storage !== storage) continue;
    total += reservation(stream, tier) - reservation(context.live.get(address), tier);
  }
  reserved.set(key, total);
  return total;
}

function storageProblems(
  isMemory: boolean,
  limits: AccountLimits,
  tier: string | undefined,
  context: Context,
): string[] {
  const most = toBigInt(isMemory ? limits.max_memory : limits.max_storage) ?? -1n;
  if (most < 0n) return [];
  const reserved = toBigInt(isMemory ? limits.reserved_memory : limits.reserved_storage) ?? 0n;
  const storage = isMemory ? 'memory' : 'file';
  const total = reserved + reservedMore(storage, tier, context);
  if (total <= most) return [];
  return [
    `${storage} storage of ${size(most)} in all, and max_bytes of its streams would add up to ${size(total)}`,
  ];
}

/** Without tiers each replica counts; a tier's limits have that in them. */
function reservation(stream: Resource | undefined, tier: string | undefined): bigint {
  const bytes = toBigInt(stream?.spec.max_bytes) ?? 0n;
  const replicas = toBigInt(stream?.spec.num_replicas) ?? 1n;
  if (bytes <= 0n || (tier !== undefined && tier !== `R${replicas}`)) return 0n;
  return tier === undefined ? bytes * replicas : bytes;
}

function isStream(address: string): boolean {
  return kindOf(address) !== 'consumer';
}

function size(bytes: bigint): string {
  return formatSize(integer(bytes)) ?? countText(bytes);
}
