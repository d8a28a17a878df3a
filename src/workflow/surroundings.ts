import {
  type Address,
  type Context,
  type Provider,
  type Resource,
  type Step,
  type Surroundings,
  withoutPlaces,
} from '../model/index.ts';
import type { Steps } from '../plan/index.ts';
import { rebuildSteps, samePart } from './rebuild.ts';

interface Made extends Steps {
  readonly provider: Provider;
  readonly context: Context;
  readonly allowed: readonly string[];
  /** Live resources whose counts the steps tell. */
  readonly counted: readonly Resource[];
}

/**
 * What a plan must carry beside its changes so that its steps can be built again from it: no more than they rest on,
 * where that is found to do, else all that was read.
 */
export function surroundingsOf(made: Made): Surroundings {
  const { steps, counted, context, fingerprints } = made;
  const near = new Set<Address>([
    ...Object.keys(fingerprints),
    ...counted.map(({ address }) => address),
    ...steps.flatMap(({ change }) => (change.action === 'delete' ? (change.movesTo ?? []) : [])),
  ]);
  const small = around(near, steps, context);
  if (isEnough(made, small)) return small;
  const needed = new Set(near);
  for (const step of steps) for (const address of needsOf(step)) needed.add(address);
  const larger = around(needed, steps, context);
  if (isEnough(made, larger)) return larger;
  return around(new Set([...context.desired.keys(), ...context.live.keys()]), steps, context);
}

function needsOf({ change }: Step): readonly Address[] {
  return [
    ...('before' in change ? change.before.dependsOn : []),
    ...('after' in change ? change.after.dependsOn : []),
  ];
}

function around(addresses: ReadonlySet<Address>, steps: readonly Step[], context: Context): Surroundings {
  const befores = new Set(steps.flatMap(({ address, change }) => ('before' in change ? [address] : [])));
  const afters = new Set(steps.flatMap(({ address, change }) => ('after' in change ? [address] : [])));
  const sorted = [...addresses].sort();
  const pick = (side: Context['live'], told: ReadonlySet<Address>) =>
    sorted.flatMap((address): Resource[] => {
      const resource = side.get(address);
      if (!resource || told.has(address)) return [];
      const { at: _, ...rest } = withoutPlaces(resource);
      return [rest];
    });
  const taken = new Set(steps.flatMap((step) => step.dependents.map(({ address }) => address)));
  return {
    live: pick(context.live, befores),
    desired: pick(context.desired, new Set([...afters].filter((address) => !taken.has(address)))),
  };
}

/** Compares step by step, and keeps none of them. */
function isEnough(
  { provider, context, steps, fingerprints, allowed }: Made,
  surroundings: Surroundings,
): boolean {
  const { broker } = context;
  const again = rebuildSteps({ provider, broker, steps, surroundings, allowed });
  let count = 0;
  for (const step of again.steps) if (!samePart(step, steps[count++])) return false;
  return count === steps.length && samePart(again.fingerprints, fingerprints, true);
}
