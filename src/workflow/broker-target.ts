import type { Target } from '../apply/index.ts';
import {
  type Address,
  type Affected,
  brokerOf,
  indexByAddress,
  kindOf,
  type Plan,
  type Provider,
  type Session,
  type Step,
} from '../model/index.ts';
import { removedBy } from '../plan/index.ts';
import { look } from './live.ts';
import { viewOf } from './plan-view.ts';
import type { Claim } from './rebuild.ts';
import { recheckSteps } from './recheck.ts';

/** One live broker, as the apply stage needs to see it for this plan. */
export function targetOf(session: Session, provider: Provider, plan: Plan, now: () => Date): Target {
  const steps = plan.waves.flat().filter((step) => brokerOf(step.address) === session.broker.name);
  const afters = steps.flatMap(({ change }) => ('after' in change ? [change.after] : []));
  const recreated = steps.flatMap((step) => step.dependents).filter(({ outcome }) => outcome === 'recreated');
  const { deleted, replaced, moved } = removedBy(steps.map(({ change }) => change));
  const claim: Claim = {
    ...{ provider, steps, broker: session.broker, allowed: plan.allowed },
    surroundings: {
      live: plan.surroundings.live.filter((one) => brokerOf(one.address) === session.broker.name),
      desired: plan.surroundings.desired.filter((one) => brokerOf(one.address) === session.broker.name),
    },
  };
  const wanted = indexByAddress([
    ...claim.surroundings.live,
    ...claim.surroundings.desired,
    ...recreated.map(({ resource }) => resource),
    ...afters,
  ]);
  for (const address of deleted) wanted.delete(address);
  // As a plan reads it: what disappears with these resources is in the scope with them.
  const scope = {
    desired: [...wanted.values()],
    retired: [...deleted, ...replaced, ...moved],
    owns: [],
  };
  return {
    session,
    look: async () => {
      const context = await look(session, provider, scope);
      return {
        ...viewOf(context, provider, steps, plan.fingerprints, claim.surroundings.desired),
        recheck: (some: readonly Step[]) => recheckSteps(claim, some, context, session),
      };
    },
    readAffected: (steps) => readAffected(session, provider, steps, now),
  };
}

async function readAffected(
  session: Session,
  provider: Provider,
  steps: readonly Step[],
  now: () => Date,
): Promise<Map<Address, Affected>> {
  const befores = steps.flatMap(({ change }) => ('before' in change ? [change.before] : []));
  const counts = await session.readMetrics(befores);
  const readAt = now().toISOString();
  return new Map(
    befores.flatMap((before): [Address, Affected][] => {
      const values = counts.get(before.address);
      const text =
        values && provider.kinds[kindOf(before.address)]?.affectedText?.({ ...before, metrics: values });
      return values && text !== undefined ? [[before.address, { text, values, readAt }]] : [];
    }),
  );
}
