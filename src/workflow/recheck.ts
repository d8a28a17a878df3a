import {
  type Address,
  type Context,
  equalJson,
  type Json,
  type Resource,
  type Session,
  type StaleDifference,
  type Step,
  worstRisk,
} from '../model/index.ts';
import { findBlockers } from '../plan/index.ts';
import { affectedResources } from './broker-plan.ts';
import { firstDifference } from './first-difference.ts';
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
  const again = byAddress(rebuildSteps(claim, claimed).steps);
  return steps.flatMap(({ address, calls }): StaleDifference[] => {
    const made = again.get(address)?.calls;
    const told = calls as unknown as Json;
    if (!made || equalJson(told, made as unknown as Json)) return [];
    return [{ subject: address, message: `calls${firstDifference(told, made as unknown as Json) ?? ''}` }];
  });
}

function raisedRisks(claim: Claim, steps: readonly Step[], live: Context['live']): StaleDifference[] {
  const again = byAddress(rebuildSteps(claim, live).steps);
  return steps.flatMap((step): StaleDifference[] => {
    const made = again.get(step.address);
    if (!made) return [];
    return findBlockers([made], claim.allowed).map(({ risk }) => ({
      subject: step.address,
      message: `now ${risk.class}: ${risk.message}; it was ${worstRisk(step.risks)} when the plan was made`,
    }));
  });
}

function byAddress(steps: readonly Step[]): Map<Address, Step> {
  return new Map(steps.map((step) => [step.address, step]));
}
