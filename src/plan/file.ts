import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson, DamagedPlan, isObject, type Json, PLAN_VERSION, type Plan } from '../model/index.ts';

/** The fewest characters that a key for signatures may have: 32 of hexadecimal digits are 128 bits. */
export const SHORTEST_KEY = 32;

/**
 * A saved plan: the plan itself, a digest of it, and with a key a signature. The digest finds damage and careless
 * edits, and anyone can make it anew; the signature (HMAC-SHA256) only those who have the key.
 */
export function writePlan(plan: Plan, key?: string): string {
  const data = JSON.parse(JSON.stringify(plan)) as Json;
  const file = {
    brokerform: 'plan',
    digest: digest(data),
    ...(key !== undefined && { signature: signature(data, key) }),
    plan: data,
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/**
 * @param key where given, the plan must be signed with it
 * @throws DamagedPlan when the text is no plan, of another version, cut off, edited, or not signed with the key.
 */
export function parsePlan(text: string, key?: string): Plan {
  const file = parse(text);
  if (isObject(file) && file.brokerform === 'diff') {
    throw new DamagedPlan('this is a diff of two revisions, not a plan: no broker was asked what it holds');
  }
  if (!isObject(file) || file.brokerform !== 'plan')
    throw new DamagedPlan('this is not a saved plan of brokerform');
  const { plan } = file;
  if (!isObject(plan)) throw new DamagedPlan('the file holds no plan');
  if (plan.version !== PLAN_VERSION) throw new DamagedPlan(otherFormat(plan));
  if (file.digest !== digest(plan))
    throw new DamagedPlan('the plan was changed after it was saved: its digest does not fit');
  if (key !== undefined) checkSignature(file.signature, signature(plan, key));
  return plan as unknown as Plan;
}

function checkSignature(found: unknown, wanted: string): void {
  if (typeof found !== 'string') throw new DamagedPlan('the plan is not signed, and --verify was given');
  const [a, b] = [Buffer.from(found), Buffer.from(wanted)];
  if (a.length !== b.length || !timingSafeEqual(a, b))
    throw new DamagedPlan('the signature of the plan was made with another key, or for another plan');
}

/** A format may say more, or mean something else, than this program knows: it is not guessed at. */
function otherFormat({ version, tool }: { readonly version?: unknown; readonly tool?: unknown }): string {
  const by = typeof tool === 'string' ? ` by ${tool}` : '';
  return `the plan was written${by} in format ${JSON.stringify(version)}, and this program applies format ${PLAN_VERSION}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DamagedPlan(`the file is not whole JSON: ${(error as Error).message}`);
  }
}

/** Signed with what it is, so that a signature of the same key for something else never fits a plan. */
function signature(plan: Json, key: string): string {
  const text = `brokerform plan\n${canonicalJson(plan)}`;
  return `hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`;
}

function digest(plan: Json): string {
  return `sha256:${createHash('sha256').update(canonicalJson(plan)).digest('hex')}`;
}
