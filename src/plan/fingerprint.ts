import { createHash } from 'node:crypto';
import {
  ABSENT,
  type Change,
  type Context,
  canonicalJson,
  type JsonObject,
  type Resource,
  subject,
} from '../model/index.ts';

/**
 * The fingerprint of a live resource. It covers only the spec. Dependents have separate fingerprints, which
 * distinguishes a new dependent from one that an interrupted apply deleted. Metrics are not part of it.
 *
 * @param keys the top-level keys to include; all keys if absent. An update must not become stale because of a key
 *   that it does not change.
 */
export function fingerprint(live: Resource | undefined, keys?: readonly string[]): string {
  if (!live) return ABSENT;
  const spec: JsonObject = keys
    ? Object.fromEntries(keys.map((key) => [key, live.spec[key] ?? null]))
    : live.spec;
  return createHash('sha256').update(canonicalJson(spec)).digest('base64url');
}

/** The fingerprint of the live state that a change is based on; the same code computes it again before an apply. */
export function fingerprintOf(change: Change, context: Context): string {
  const live = context.live.get(subject(change).address);
  return fingerprint(live, change.action === 'update' ? Object.keys(change.after.spec) : undefined);
}
