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
 * The fingerprint of a live resource: of its spec alone. What goes down with it has fingerprints of its own, so that
 * a dependent that somebody added is told from one that an interrupted apply has lost. Message counts have no part.
 *
 * @param keys the top-level keys that matter; all of them where absent. An update that leaves a key alone must
 *   not become stale because of it.
 */
export function fingerprint(live: Resource | undefined, keys?: readonly string[]): string {
  if (!live) return ABSENT;
  const spec: JsonObject = keys
    ? Object.fromEntries(keys.map((key) => [key, live.spec[key] ?? null]))
    : live.spec;
  return createHash('sha256').update(canonicalJson(spec)).digest('base64url');
}

/** Fingerprint of the live state that a change rests on; the same code makes it again before an apply. */
export function fingerprintOf(change: Change, context: Context): string {
  const live = context.live.get(subject(change).address);
  return fingerprint(live, change.action === 'update' ? Object.keys(change.after.spec) : undefined);
}
