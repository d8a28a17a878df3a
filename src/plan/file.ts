import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import {
  canonicalParts,
  InvalidPlanFile,
  isObject,
  type Json,
  PLAN_VERSION,
  type Plan,
} from '../model/index.ts';

/** Minimum length of a signing key: 32 hexadecimal digits are 128 bits. */
export const SHORTEST_KEY = 32;

/**
 * A saved plan: the plan, its digest, and with a key its signature. The digest detects damage and careless edits,
 * and anyone can recompute it. The signature (HMAC-SHA256) requires the key.
 */
export function writePlan(plan: Plan, key?: string): string {
  // What a plan holds is data: `undefined` is in neither text.
  const data = plan as unknown as Json;
  const file = {
    brokerform: 'plan',
    digest: digest(data),
    ...(key !== undefined && { signature: signature(data, key) }),
    plan,
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/**
 * @param key if given, the plan must be signed with it
 * @throws InvalidPlanFile if the text is not a plan, has another version, is truncated or edited, or is not signed with
 *   the key.
 */
export function parsePlan(text: string, key?: string): Plan {
  const file = parse(text);
  if (isObject(file) && file.brokerform === 'diff') {
    throw new InvalidPlanFile('this is a diff of two revisions, not a plan');
  }
  if (!isObject(file) || file.brokerform !== 'plan') throw new InvalidPlanFile('not a brokerform plan file');
  const { plan } = file;
  if (!isObject(plan)) throw new InvalidPlanFile('the file contains no plan');
  if (plan.version !== PLAN_VERSION) throw new InvalidPlanFile(otherFormat(plan));
  if (file.digest !== digest(plan))
    throw new InvalidPlanFile('the plan file was modified after it was saved: digest mismatch');
  if (key !== undefined) checkSignature(file.signature, signature(plan, key));
  return plan as unknown as Plan;
}

function checkSignature(found: unknown, wanted: string): void {
  if (typeof found !== 'string') throw new InvalidPlanFile('the plan is not signed, and --verify was given');
  const [a, b] = [Buffer.from(found), Buffer.from(wanted)];
  if (a.length !== b.length || !timingSafeEqual(a, b))
    throw new InvalidPlanFile('signature of the plan does not match: different key or different plan');
}

/** Another format can contain more, or have another meaning, than this version supports, so it is rejected. */
function otherFormat({ version, tool }: { readonly version?: unknown; readonly tool?: unknown }): string {
  const by = typeof tool === 'string' ? ` by ${tool}` : '';
  return `the plan was written${by} in format ${JSON.stringify(version)}, and this program applies format ${PLAN_VERSION}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidPlanFile(`invalid or truncated JSON: ${(error as Error).message}`);
  }
}

/** The signed text includes its type, so that a signature for other data with the same key never matches a plan. */
function signature(plan: Json, key: string): string {
  const hmac = createHmac('sha256', key).update('brokerform plan\n');
  return `hmac-sha256:${hashed(hmac, plan)}`;
}

function digest(plan: Json): string {
  return `sha256:${hashed(createHash('sha256'), plan)}`;
}

/** Part by part: the text of a plan of 100,000 resources takes hundreds of megabytes. */
function hashed(hash: Hash | Hmac, plan: Json): string {
  for (const part of canonicalParts(plan)) hash.update(part);
  return hash.digest('hex');
}
