import { type BrokerIdentity, isObject, type JsonObject, toBigInt } from '../../../model/index.ts';
import { atLeast } from '../version.ts';
import { MINUTE } from './field.ts';

const STANDARD = 2 * MINUTE;

/** The duplicate window that a server without limits of its own takes where none is given. */
export function duplicateWindow(spec: JsonObject, broker: Pick<BrokerIdentity, 'version'>): number {
  if (isObject(spec.mirror)) return 0;
  // Since 2.14 a stream with sources has none; before, the same default as any other.
  if (Array.isArray(spec.sources) && atLeast(broker, '2.14')) return 0;
  const maxAge = toBigInt(spec.max_age) ?? 0n;
  return maxAge > 0n && maxAge < BigInt(STANDARD) ? Number(maxAge) : STANDARD;
}
