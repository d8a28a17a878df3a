import {
  type BrokerIdentity,
  type Change,
  type Context,
  formatDuration,
  integer,
  type Json,
  kindOf,
  type Resource,
  type Risk,
  toBigInt,
} from '../../../model/index.ts';
import type { Limited, NatsFacts, ServerLimits } from '../facts.ts';
import { MAX_ACK_PENDING } from '../fields/consumer.ts';
import { duplicateWindow } from '../fields/duplicate-window.ts';
import { countText } from './metrics.ts';

/*
 * `jetstream { limits { … } }` of a server caps three fields, and fills them where a request leaves them out. The
 * account is not told (`$JS.API.INFO` lacks them), so a session asks when a live value or a declared one may be
 * subject to them. `JSLimitOpts` in server/jetstream.go.
 */

/**
 * What the server takes where nothing is declared: its default, unless its limit is less. Undefined where that is the
 * server's to say: what is not there yet shows no value from which the limit would be known.
 * @param fallback the default without any limit; 0 for none
 */
export function limitedDefault(
  field: Limited,
  fallback: Json,
  resource: Resource,
  { broker, live }: Context,
): Json | undefined {
  const limit = (broker.facts as NatsFacts).serverLimits?.[field];
  if (limit === undefined && !live.has(resource.address)) return undefined;
  const standard = toBigInt(fallback) ?? 0n;
  const isBelow = (value: bigint) => value > 0n && (standard === 0n || value < standard);
  if (limit === null) {
    // It cannot be asked: a live value that a limit explains counts as the server's own.
    const current = live.get(resource.address)?.spec[field] ?? null;
    return isBelow(toBigInt(current) ?? 0n) ? current : fallback;
  }
  const most = toBigInt(limit ?? 0) ?? 0n;
  return isBelow(most) ? integer(most) : fallback;
}

/** What is undefined is the server's to choose, and no part of the specification. */
export function take(spec: Record<string, Json>, field: Limited, value: Json | undefined): void {
  if (value === undefined) delete spec[field];
  else spec[field] = value;
}

/** Declared values above a limit: the server refuses them (10052, 10121, 10125). */
export function serverLimitRisks(change: Change, { broker }: Context): Risk[] {
  if (change.action === 'delete') return [];
  const { after } = change;
  const { serverLimits = {} } = broker.facts as NatsFacts;
  return fieldsOf(after).flatMap((field): Risk[] => {
    const most = toBigInt(serverLimits[field] ?? 0) ?? 0n;
    const wanted = toBigInt(after.spec[field]) ?? 0n;
    if (most === 0n || wanted <= most) return [];
    const text = field === 'duplicate_window' ? formatDuration(integer(most), 'ns') : countText(most);
    return [
      {
        class: 'refused',
        code: 'server-limit',
        message: `${field} must be at most ${text} on this server`,
        hint: 'lower it, or raise the limit in jetstream { limits { … } } of the server',
      },
    ];
  });
}

/** The limits of a server where those that were not in question count as none: to compare live resources with themselves. */
export function withAllLimits(broker: BrokerIdentity): BrokerIdentity {
  const { serverLimits } = broker.facts as NatsFacts;
  const none: ServerLimits = { duplicate_window: 0, max_ack_pending: 0, max_batch: 0 };
  return { ...broker, facts: { ...broker.facts, serverLimits: { ...none, ...serverLimits } } };
}

/**
 * The limits that decide whether declared and live resources, as they were written and read, differ: where a live value
 * that is not declared is not the default, or a declared one is not live.
 */
export function limitsInQuestion(
  desired: readonly Resource[],
  live: readonly Resource[],
  broker: BrokerIdentity,
): ReadonlySet<Limited> {
  const found = new Set<Limited>();
  const byAddress = new Map(live.map((resource) => [resource.address, resource]));
  for (const resource of desired) {
    for (const field of fieldsOf(resource)) {
      const wanted = toBigInt(resource.spec[field]) ?? 0n;
      const current = byAddress.get(resource.address);
      if (wanted > 0n ? wanted !== toBigInt(current?.spec[field]) : isOwnChoice(field, current, broker)) {
        found.add(field);
      }
    }
  }
  return found;
}

/** The limits that decide what `import` has to write of live resources. */
export function limitsOfImport(live: readonly Resource[], broker: BrokerIdentity): ReadonlySet<Limited> {
  return new Set(
    live.flatMap((resource) => fieldsOf(resource).filter((field) => isOwnChoice(field, resource, broker))),
  );
}

function fieldsOf({ address }: Resource): readonly Limited[] {
  return kindOf(address) === 'consumer' ? ['max_ack_pending', 'max_batch'] : ['duplicate_window'];
}

/** True where the live value is set, and is not what a server without limits would have chosen. */
function isOwnChoice(field: Limited, live: Resource | undefined, broker: BrokerIdentity): boolean {
  const value = toBigInt(live?.spec[field]) ?? 0n;
  if (!live || value <= 0n) return false;
  if (field === 'duplicate_window') return value !== BigInt(duplicateWindow(live.spec, broker));
  return field === 'max_batch' || value !== BigInt(MAX_ACK_PENDING);
}
