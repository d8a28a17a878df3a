import { createHash } from 'node:crypto';
import { canonicalJson, DamagedPlan, isObject, type Json, PLAN_VERSION, type Plan } from '../model/index.ts';

/**
 * A saved plan: the plan itself and a digest of it. The digest finds damage and careless edits; it is no
 * signature, so a plan must be kept where only trusted hands reach it.
 */
export function writePlan(plan: Plan): string {
  const data = JSON.parse(JSON.stringify(plan)) as Json;
  return `${JSON.stringify({ brokerform: 'plan', digest: digest(data), plan: data }, null, 1)}\n`;
}

/** @throws DamagedPlan when the text is no plan, of another version, cut off or edited. */
export function readPlan(text: string): Plan {
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
  return plan as unknown as Plan;
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

function digest(plan: Json): string {
  return `sha256:${createHash('sha256').update(canonicalJson(plan)).digest('hex')}`;
}
