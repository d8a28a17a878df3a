import { createHash } from 'node:crypto';
import { ABSENT, canonicalJson, type JsonObject, type Resource } from '../model/index.ts';

/**
 * The fingerprint of a live resource: of its spec, and of the resources that would go with it, so that a binding
 * that somebody added since the plan was made is noticed before it is lost. Counts of messages have no part in it.
 *
 * @param dependants sorted by address
 * @param keys the top-level keys that matter; all of them where absent. An update that leaves a key alone must
 *   not become stale because of it.
 */
export function fingerprint(
  live: Resource | undefined,
  dependants: readonly Resource[],
  keys?: readonly string[],
): string {
  if (!live) return ABSENT;
  const spec: JsonObject = keys
    ? Object.fromEntries(keys.map((key) => [key, live.spec[key] ?? null]))
    : live.spec;
  const text = canonicalJson({
    spec,
    dependants: dependants.map(({ address, spec }) => ({ address, spec })),
  });
  return createHash('sha256').update(text).digest('base64url');
}
