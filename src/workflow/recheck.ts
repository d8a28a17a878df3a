import {
  type Address,
  type Context,
  equalJson,
  isObject,
  type Json,
  type Resource,
  type Session,
  type StaleDifference,
  type Step,
  worstRisk,
} from '../model/index.ts';
import { findBlockers } from '../plan/index.ts';
import { affectedResources } from './broker-plan.ts';
import { observed } from './live.ts';
import { type Claim, claimedLive, rebuildSteps } from './rebuild.ts';

/**
 * Builds steps again out of the live state, which they are known to fit: a plan tells more of a resource than its
 * fingerprint covers (fields that an update leaves alone, counts, what surrounds it), and none of that is trusted.
 */
export async function recheckSteps(
  claim: Claim,
  steps: readonly Step[],
  context: Context,
  session: Session,
): Promise<StaleDifference[]> {
  if (steps.length === 0) return [];
  const wrongCalls = differentCalls(claim, steps, context);
  if (wrongCalls.length > 0) return wrongCalls;
  const changes = steps.map(({ change }) => change);
  const affected = affectedResources(changes, context, claim.provider).flatMap(
    ({ address }) => context.live.get(address) ?? [],
  );
  const counted = await observed(session, context, affected);
  return raisedRisks(claim, steps, counted.live);
}

function differentCalls(claim: Claim, steps: readonly Step[], { live }: Context): StaleDifference[] {
  const claimed = new Map<Address, Resource>(claimedLive(claim));
  for (const { address, change } of steps) {
    const found = live.get(address);
    if (!found || !('before' in change)) continue;
    const { metrics } = change.before;
    claimed.set(address, { ...found, ...(metrics && { metrics }) });
  }
  return differences(steps, rebuildSteps(claim, claimed).steps, (step, again) => {
    const [told, made] = [step, again].map(({ calls }) => calls as unknown as Json);
    return equalJson(told, made) ? [] : [`calls${firstDifference(told ?? null, made ?? null) ?? ''}`];
  });
}

function raisedRisks(claim: Claim, steps: readonly Step[], live: Context['live']): StaleDifference[] {
  return differences(steps, rebuildSteps(claim, live).steps, (step, again) =>
    findBlockers([again], claim.allowed).map(
      ({ risk }) =>
        `now ${risk.class}: ${risk.message}; it was ${worstRisk(step.risks)} when the plan was made`,
    ),
  );
}

/** In the order of the steps; those that were made again are not kept. */
function differences(
  steps: readonly Step[],
  again: Iterable<Step>,
  messagesOf: (step: Step, again: Step) => readonly string[],
): StaleDifference[] {
  const told = new Map(steps.map((step) => [step.address, step]));
  const messages = new Map<Address, readonly string[]>();
  for (const made of again) {
    const step = told.get(made.address);
    const found = step ? messagesOf(step, made) : [];
    if (found.length > 0) messages.set(made.address, found);
  }
  if (messages.size === 0) return [];
  return steps.flatMap(({ address }) =>
    (messages.get(address) ?? []).map((message) => ({ subject: address, message })),
  );
}

const LONGEST = 120;

/** The first place in which the plan differs from what its changes make, in words; undefined where none does. */
export function firstDifference(told: Json, made: Json): string | undefined {
  const found = find(told, made, '');
  if (!found) return undefined;
  return `${found.path}: the plan has ${shown(found.told)}, its changes make ${shown(found.made)}`;
}

interface Found {
  readonly path: string;
  readonly told: Json | undefined;
  readonly made: Json | undefined;
}

function find(told: Json | undefined, made: Json | undefined, path: string): Found | undefined {
  if (equalJson(told, made)) return undefined;
  if (Array.isArray(told) && Array.isArray(made)) {
    for (let i = 0; i < Math.max(told.length, made.length); i++) {
      const inner = find(told[i], made[i], `${path}[${i}]`);
      if (inner) return inner;
    }
  }
  if (isObject(told) && isObject(made)) {
    for (const key of new Set([...Object.keys(told), ...Object.keys(made)])) {
      const inner = find(told[key], made[key], path === '' ? key : `${path}.${key}`);
      if (inner) return inner;
    }
  }
  return { path, told, made };
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
