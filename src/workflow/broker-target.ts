import { type Target, takesSeveralCalls, type View } from '../apply/index.ts';
import { diffSpecs } from '../diff/index.ts';
import {
  ABSENT,
  type Address,
  type Affected,
  brokerOf,
  type Change,
  type Context,
  cascades,
  equalJson,
  indexByAddress,
  isMove,
  kindOf,
  type Plan,
  type Provider,
  type Resource,
  type Session,
  type Step,
} from '../model/index.ts';
import { findDependents, fingerprint, fingerprintOf, removedBy } from '../plan/index.ts';
import { look } from './live.ts';
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

/** Dependents that are named; the rest are counted. */
const SHOWN = 5;

type Update = Extract<Change, { action: 'update' | 'replace' }>;

/**
 * The live state as a plan sees it. `steps` are those of this broker.
 * @param declared resources that the plan rests on and does not change
 */
function viewOf(
  context: Context,
  provider: Provider,
  steps: readonly Step[],
  fingerprints: Readonly<Record<Address, string>>,
  declared: readonly Resource[],
): Omit<View, 'recheck'> {
  const { deleted, replaced, moved } = removedBy(steps.map((step) => step.change));
  const removed = new Set([...deleted, ...replaced, ...moved]);
  const dependentsOf = findDependents(context, provider.kinds, removed);
  const made = indexByAddress(steps.flatMap(madeBy));
  const planned = (address: Address) => fingerprints[address] ?? ABSENT;
  const isLive = (resource: Resource) => {
    const live = context.live.get(resource.address);
    return live !== undefined && diffSpecs(live.spec, resource.spec).length === 0;
  };
  /** Found by the plan, or made by it. */
  const isKnown = (live: Resource) => {
    const wanted = made.get(live.address);
    return fingerprint(live) === planned(live.address) || (wanted !== undefined && isLive(wanted));
  };
  const kept = (step: Step) =>
    isMove(step.change) && step.action !== 'delete'
      ? declared.filter(
          ({ address, dependsOn }) =>
            dependsOn.includes(step.address) &&
            cascades(provider.kinds[kindOf(address)], step.address) &&
            planned(address) !== ABSENT,
        )
      : [];
  const missingKept = (step: Step) =>
    kept(step).flatMap((one) => (context.live.has(one.address) ? [] : [nameOf(one)]));
  const nameOf = (resource: Resource) =>
    provider.kinds[kindOf(resource.address)]?.title(resource).title ?? resource.address;

  return {
    isLive,
    exists: (address) => context.live.has(address),
    missingKept,
    isDone: (step) => {
      const { address, change } = step;
      if (change.action === 'delete') return !context.live.has(address);
      const isMoving = provider.kinds[kindOf(address)]?.isBeingMoved?.(change.after, context);
      return isLive(change.after) && !isMoving && missingKept(step).length === 0;
    },
    difference: (step) => {
      const live = context.live.get(step.address);
      if (isChangedByMove(step, provider, context)) return undefined;
      const own = ownDifference(step, live, fingerprintOf(step.change, context), planned(step.address));
      if (own !== undefined || !live) return own;
      const unknown = dependentsOf(step.address).filter((dependent) => !isKnown(dependent));
      if (unknown.length === 0) return undefined;
      const names = unknown
        .slice(0, SHOWN)
        .map((one) => `${planned(one.address) === ABSENT ? '+' : '~'} ${nameOf(one)}`);
      const more = unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : '';
      return `its dependents changed: ${names.join(', ')}${more}`;
    },
  };
}

/** What a step leaves behind it. */
function madeBy({ change, dependents }: Step): Resource[] {
  const recreated = dependents.filter(({ outcome }) => outcome === 'recreated');
  return [...('after' in change ? [change.after] : []), ...recreated.map(({ resource }) => resource)];
}

/** What differs from the plan is the work of the move that continues. */
function isChangedByMove({ address, change }: Step, { kinds }: Provider, context: Context): boolean {
  const kind = kinds[kindOf(address)];
  if (!kind?.changesWhileMoved || !isMove(change)) return false;
  const moved = change.action === 'delete' ? context.desired.get(change.movesTo ?? '') : change.after;
  return moved !== undefined && kind.isBeingMoved?.(moved, context) === true;
}

function ownDifference(
  step: Step,
  live: Resource | undefined,
  found: string,
  planned: string,
): string | undefined {
  const { change } = step;
  if (found === planned) return undefined;
  // Missing is what a cut-off replacement, or a deletion, leaves; and what a creation is for.
  if (!live) return change.action === 'update' ? 'it is gone' : undefined;
  // A move that was cut off after its replacement.
  if (isMove(change) && 'after' in change && diffSpecs(live.spec, change.after.spec).length === 0)
    return undefined;
  const isHalf = change.action !== 'update' && change.action !== 'delete' && !isMove(change);
  // Made by half: the broker refuses to go on with what is another one.
  if (isHalf && takesSeveralCalls(step)) return undefined;
  const fields = unplannedFields(change, live);
  if (fields.length === 0) return undefined;
  if (planned === ABSENT) return 'it was not there when the plan was made';
  return `changed since: ${fields.map(({ path }) => path.join('.')).join(', ')}`;
}

function unplannedFields(change: Change, live: Resource) {
  if (change.action === 'create') return diffSpecs(live.spec, change.after.spec);
  return change.action === 'update' ? changedSince(change, live) : diffSpecs(change.before.spec, live.spec);
}

/** Fields that are neither as the plan found them nor as it makes them: an update that was cut off has some of each. */
function changedSince({ before, after }: Update, live: Resource) {
  const planned = new Map(
    diffSpecs(before.spec, after.spec).map((field) => [JSON.stringify(field.path), field.before ?? null]),
  );
  return diffSpecs(live.spec, after.spec).filter(({ path, before = null }) => {
    const found = planned.get(JSON.stringify(path));
    return found === undefined || !equalJson(found, before);
  });
}
