import { allSteps, type Plan, type StaleDifference } from '../model/index.ts';
import { findBlockers, guardSteps } from '../plan/index.ts';
import type { Checked } from './check.ts';

/** What the project guards by now and a plan does not say: it was made before that, or it was changed. */
export function staleGuards(
  plan: Plan,
  { protect, limits }: Pick<Checked['project'], 'protect' | 'limits'>,
): StaleDifference[] {
  const bare = allSteps(plan).map((step) => ({
    ...step,
    risks: step.risks.filter((risk) => risk.class !== 'protected'),
  }));
  const rules = {
    allow: plan.allowed,
    protect,
    ...(limits.deletes !== undefined && { maxDeletes: limits.deletes }),
  };
  return findBlockers(guardSteps(bare, rules), plan.allowed).map(({ address, risk }) => ({
    subject: address,
    message: `blocked: ${risk.message}`,
  }));
}
