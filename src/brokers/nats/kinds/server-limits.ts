import {
  type BrokerIdentity,
  type Change,
  type Context,
  formatCount,
  formatDuration,
  integer,
  type Json,
  kindOf,
  type Resource,
  type Risk,
  refused,
  toBigInt,
} from '../../../model/index.ts';
import type { Limited, NatsFacts, ServerLimits } from '../facts.ts';
import { MAX_ACK_PENDING } from '../fields/consumer.ts';
import { duplicateWindow } from '../fields/stream.ts';
import { isUnset, numberIn } from '../fields/values.ts';

/*
 * `jetstream { limits { … } }` of a server caps three fields, and fills them in if a request omits them. `$JS.API.INFO`
 * does not have these limits, so a session requests them if a live or declared value can be subject to them.
 * `JSLimitOpts` in server/jetstream.go.
 */

/**
 * The value of an undeclared field: the default, or the limit of the server if that is lower. Undefined if the limit is
 * unknown and no live value shows it; the server decides then.
 * @param fallback the default without any limit; 0 for none
 */
export function limitedDefault(
  field: Limited,
  fallback: Json,
  resource: Resource,
  { broker, live }: Context,
): Json | undefined {
  const limit = (broker.facts as NatsFacts).serverLimits?.[field];
  if (limit === undefined) return live.has(resource.address) ? fallback : undefined;
  if (limit === 0) return fallback;
  const standard = numberIn(fallback);
  const isBelow = (value: bigint) => value > 0n && (standard === 0n || value < standard);
  if (limit === null) {
    // The server does not reveal it: a live value that a limit explains counts as the server's own.
    const current = live.get(resource.address)?.spec[field] ?? null;
    return isBelow(numberIn(current)) ? current : fallback;
  }
  const most = numberIn(limit);
  return isBelow(most) ? integer(most) : fallback;
}

/** Sets a default. An undefined one is chosen by the server, and no part of the specification. */
export function setDefault(spec: Record<string, Json>, field: Limited, value: Json | undefined): void {
  if (value === undefined) delete spec[field];
  else spec[field] = value;
}

/** The server rejects values above a limit (10052, 10121, 10125). */
export function serverLimitRisks(change: Change, { broker }: Context): Risk[] {
  if (change.action === 'delete') return [];
  const { after } = change;
  const { serverLimits = {} } = broker.facts as NatsFacts;
  return fieldsOf(after).flatMap((field): Risk[] => {
    const most = numberIn(serverLimits[field] ?? 0);
    const wanted = numberIn(after.spec[field]);
    if (most === 0n || wanted <= most) return [];
    const text = field === 'duplicate_window' ? formatDuration(integer(most), 'ns') : formatCount(most);
    return [
      refused(
        'server-limit',
        `${field} must be at most ${text} on this server`,
        'lower it, or raise the limit in jetstream { limits { … } } of the server',
      ),
    ];
  });
}

/** A server where unknown limits count as none: to compare live resources with themselves. */
export function withAllLimits(broker: BrokerIdentity): BrokerIdentity {
  const { serverLimits } = broker.facts as NatsFacts;
  const none: ServerLimits = { duplicate_window: 0, max_ack_pending: 0, max_batch: 0 };
  return { ...broker, facts: { ...broker.facts, serverLimits: { ...none, ...serverLimits } } };
}

/**
 * The limits that decide whether raw declared and live resources differ: those of undeclared fields whose live value is
 * not the default, and of declared fields with another live value.
 */
export function limitsToCompare(
  desired: readonly Resource[],
  live: readonly Resource[],
  broker: BrokerIdentity,
): ReadonlySet<Limited> {
  const found = new Set<Limited>();
  const byAddress = new Map(live.map((resource) => [resource.address, resource]));
  for (const resource of desired) {
    for (const field of fieldsOf(resource)) {
      if (found.has(field)) continue;
      const { [field]: declared } = resource.spec;
      const wanted = isUnset(declared) ? 0n : numberIn(declared);
      const current = byAddress.get(resource.address);
      if (wanted > 0n ? wanted !== toBigInt(current?.spec[field]) : isNonDefault(field, current, broker)) {
        found.add(field);
      }
    }
  }
  return found;
}

/** The limits that decide which fields `import` must write. */
export function limitsToImport(live: readonly Resource[], broker: BrokerIdentity): ReadonlySet<Limited> {
  return new Set(
    live.flatMap((resource) => fieldsOf(resource).filter((field) => isNonDefault(field, resource, broker))),
  );
}

function fieldsOf({ address }: Resource): readonly Limited[] {
  return kindOf(address) === 'consumer' ? ['max_ack_pending', 'max_batch'] : ['duplicate_window'];
}

/** True if the live value is set, and not the default of a server without limits. */
function isNonDefault(field: Limited, live: Resource | undefined, broker: BrokerIdentity): boolean {
  if (!live || isUnset(live.spec[field])) return false;
  const value = numberIn(live.spec[field]);
  if (value <= 0n) return false;
  if (field === 'duplicate_window') return value !== BigInt(duplicateWindow(live.spec, broker));
  return field === 'max_batch' || value !== BigInt(MAX_ACK_PENDING);
}
