import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import {
  canonicalParts,
  InvalidPlanFile,
  isObject,
  type Json,
  JsonReader,
  jsonParts,
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
  return [...planParts(plan, key)].join('');
}

/** The text of {@link writePlan} in parts: that of a plan of 100,000 resources takes hundreds of megabytes. */
export function* planParts(plan: Plan, key?: string): Generator<string> {
  // What a plan holds is data: `undefined` is in neither text.
  const data = plan as unknown as Json;
  const file = {
    brokerform: 'plan',
    digest: digest(data),
    ...(key !== undefined && { signature: signature(data, key) }),
    plan: data,
  };
  yield* jsonParts(file, 1);
  yield '\n';
}

/**
 * @param key if given, the plan must be signed with it
 * @throws InvalidPlanFile if the text is not a plan, has another version, is truncated or edited, or is not signed with
 *   the key.
 */
export function parsePlan(text: string, key?: string): Plan {
  return planOf(parse(text), key);
}

/**
 * {@link parsePlan} of a text that comes in parts, and is never held as a whole.
 * @param whole gives the whole text, for the message of what is wrong with it
 */
export async function parsePlanParts(
  parts: AsyncIterable<string>,
  whole: () => Promise<string>,
  key?: string,
): Promise<Plan> {
  return planOf((await parseParts(parts)) ?? parse(await whole()), key);
}

async function parseParts(parts: AsyncIterable<string>): Promise<Json | undefined> {
  const reader = new JsonReader();
  for await (const part of parts) if (!reader.push(part)) return undefined;
  return reader.end();
}

function planOf(file: unknown, key: string | undefined): Plan {
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

function hashed(hash: Hash | Hmac, plan: Json): string {
  for (const part of canonicalParts(plan)) hash.update(part);
  return hash.digest('hex');
}
