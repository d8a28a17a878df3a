import type { Target, View } from '../apply/index.ts';
import { diffSpecs } from '../diff/index.ts';
import {
  ABSENT,
  type Address,
  brokerOf,
  type Context,
  kindOf,
  type Plan,
  type Provider,
  type Resource,
  type Session,
  type Stake,
  type Step,
} from '../model/index.ts';
import { findDependants, fingerprintOf, removedBy } from '../plan/index.ts';
import { look } from './live.ts';

/** One live broker, as the apply stage needs to see it for this plan. */
export function targetOf(session: Session, provider: Provider, plan: Plan, now: () => Date): Target {
  const steps = plan.waves.flat().filter((step) => brokerOf(step.address) === session.broker.name);
  const afters = steps.flatMap(({ change }) => ('after' in change ? [change.after] : []));
  const befores = steps.flatMap(({ change }) => ('before' in change ? [change.before.address] : []));
  const scope = { desired: afters, retired: befores, owns: [] };
  return {
    session,
    look: async () => viewOf(await look(session, provider, scope), provider, steps, plan.fingerprints),
    stakes: (steps) => readStakes(session, provider, steps, now),
  };
}

function viewOf(
  context: Context,
  provider: Provider,
  steps: readonly Step[],
  fingerprints: Readonly<Record<Address, string>>,
): View {
  const { deleted, replaced } = removedBy(steps.map((step) => step.change));
  const dependantsOf = findDependants(context, provider.kinds, new Set([...deleted, ...replaced]));
  return {
    exists: (address) => context.live.has(address),
    isDone: ({ address, change }) => {
      const live = context.live.get(address);
      if (change.action === 'delete') return live === undefined;
      return live !== undefined && diffSpecs(live.spec, change.after.spec).length === 0;
    },
    difference: (step) => {
      const planned = fingerprints[step.address] ?? ABSENT;
      if (fingerprintOf(step.change, context, dependantsOf) === planned) return undefined;
      return describe(step, context.live.get(step.address), planned);
    },
  };
}

/** Says what happened to a resource since the plan was made. */
function describe(step: Step, live: Resource | undefined, planned: string): string {
  if (!live) return 'it is gone';
  if (planned === ABSENT || !('before' in step.change)) return 'it was not there when the plan was made';
  const fields = diffSpecs(step.change.before.spec, live.spec).map(({ path }) => path.join('.'));
  return fields.length > 0 ? `changed since: ${fields.join(', ')}` : 'what depends on it changed since';
}

async function readStakes(
  session: Session,
  provider: Provider,
  steps: readonly Step[],
  now: () => Date,
): Promise<Map<Address, Stake>> {
  const befores = steps.flatMap(({ change }) => ('before' in change ? [change.before] : []));
  const counts = await session.observe(befores);
  const readAt = now().toISOString();
  return new Map(
    befores.flatMap((before): [Address, Stake][] => {
      const values = counts.get(before.address);
      const text =
        values && provider.kinds[kindOf(before.address)]?.stakeText?.({ ...before, volatile: values });
      return values && text !== undefined ? [[before.address, { text, values, readAt }]] : [];
    }),
  );
}
