import {
  type Address,
  append,
  type Change,
  type Context,
  kindOf,
  oncePer,
  type Resource,
  type Risk,
  refused,
  toBigInt,
} from '../../../model/index.ts';
import type { AccountLimits, NatsFacts } from '../facts.ts';
import { numberIn, sizeText } from '../fields/values.ts';

/*
 * Limits of the account, checked before anything is sent, with the same sums as the server: `checkStreamCfg`,
 * `checkAllLimits` and `accountReservation` in server/jetstream.go.
 */

export function accountRisksOfStream(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [];
  const { spec } = change.after;
  const { limits, tier } = limitsFor(change.after, context);
  if (!limits) return [];
  const isMemory = spec.storage === 'memory';
  const maxBytes = toBigInt(spec.max_bytes) ?? -1n;
  const most = numberIn(isMemory ? limits.memory_max_stream_bytes : limits.storage_max_stream_bytes);
  const problems: string[] = [];
  if (limits.max_bytes_required && maxBytes <= 0n) problems.push('every stream must set max_bytes');
  if (most > 0n && maxBytes > most) {
    problems.push(`one ${isMemory ? 'memory' : 'file'} stream may have at most ${sizeText(most)}`);
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
  return problems.map(limitRisk);
}

export function accountRisksOfConsumer(change: Change, context: Context): Risk[] {
  const { limits } = context.broker.facts as NatsFacts;
  if (change.action === 'delete') return [];
  const { spec, dependsOn } = change.after;
  const problems: string[] = [];
  const most = limits?.max_ack_pending ?? 0;
  if (most > 0 && numberIn(spec.max_ack_pending) > BigInt(most)) {
    problems.push(`max_ack_pending may be at most ${most}`);
  }
  const maxConsumers = limits?.max_consumers ?? -1;
  if (change.action === 'create' && maxConsumers > 0) {
    const count = sumsOf(context).consumers.get(dependsOn[0] ?? '')?.size ?? 0;
    if (count > maxConsumers) {
      problems.push(`at most ${maxConsumers} consumers of one stream, and this plan would make it ${count}`);
    }
  }
  return problems.map(limitRisk);
}

function limitRisk(problem: string): Risk {
  return refused(
    'account-limit',
    `the account does not permit it: ${problem}`,
    'raise the limit of the account, or ask for less',
  );
}

function limitsFor(stream: Resource, { broker }: Context): { limits?: AccountLimits; tier?: string } {
  const { limits, tiers } = broker.facts as NatsFacts;
  if (!tiers) return limits ? { limits } : {};
  const tier = `R${toBigInt(stream.spec.num_replicas) ?? 1n}`;
  const own = tiers[tier];
  return own ? { limits: own, tier } : { tier };
}

/** The totals of a plan that an account limits. */
interface Sums {
  /** Created streams minus deleted streams. */
  readonly streamsAdded: number;
  /** Addresses of all consumers after the plan, by the address of their stream. */
  readonly consumers: ReadonlyMap<Address, ReadonlySet<Address>>;
  /** Additionally reserved bytes, by storage and tier. Filled on demand. */
  readonly reserved: Map<string, bigint>;
}

/** Cached: the risks of all creations of a plan need the same sums. */
const sumsOf = oncePer((context: Context): Sums => {
  const { desired, live, deleted = new Set() } = context;
  const consumers = new Map<Address, Set<Address>>();
  for (const { address, dependsOn } of [...desired.values(), ...live.values()]) {
    const [stream] = dependsOn;
    if (isStream(address) || stream === undefined || deleted.has(address)) continue;
    const group = consumers.get(stream) ?? new Set();
    consumers.set(stream, group.add(address));
  }
  const made = [...desired.keys()].filter((address) => isStream(address) && !live.has(address)).length;
  const gone = [...deleted].filter(isStream).length;
  return { streamsAdded: made - gone, consumers, reserved: new Map() };
});

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
  const reserved = numberIn(isMemory ? limits.reserved_memory : limits.reserved_storage);
  const storage = isMemory ? 'memory' : 'file';
  const total = reserved + reservedMore(storage, tier, context);
  if (total <= most) return [];
  return [
    `${storage} storage of ${sizeText(most)} in all, and max_bytes of its streams would add up to ${sizeText(total)}`,
  ];
}

/** Without tiers, each replica counts; the limits of a tier include its replicas. */
function reservation(stream: Resource | undefined, tier: string | undefined): bigint {
  const bytes = numberIn(stream?.spec.max_bytes);
  const replicas = toBigInt(stream?.spec.num_replicas) ?? 1n;
  if (bytes <= 0n || (tier !== undefined && tier !== `R${replicas}`)) return 0n;
  return tier === undefined ? bytes * replicas : bytes;
}

function isStream(address: string): boolean {
  return kindOf(address) !== 'consumer';
}
