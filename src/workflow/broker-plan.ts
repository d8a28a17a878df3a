import {
  abandonedMoves,
  completeContext,
  diffResources,
  isMoveUnderWay,
  markMoves,
  resetSecrets,
  selectChanges,
  uncomparedSecrets,
} from '../diff/index.ts';
import {
  type AbandonedMove,
  type Address,
  addressMatcher,
  addTo,
  type BrokerIdentity,
  type Change,
  type Context,
  indexByAddress,
  type Kind,
  kindOf,
  type Provider,
  type Resource,
  type Risk,
  type Step,
  type Surroundings,
  subject,
  type Uncompared,
  worstRisk,
} from '../model/index.ts';
import { allowance, buildSteps, type Steps } from '../plan/index.ts';
import { type LiveState, observed } from './live.ts';
import { type KeptPlan, recordedOn, recoveryOf } from './recorded.ts';
import { surroundingsOf } from './surroundings.ts';

export interface BrokerPlanInput {
  readonly provider: Provider;
  readonly live: LiveState;
  readonly desired: readonly Resource[];
  readonly retired: readonly Address[];
  /** Address globs. */
  readonly owns: readonly string[];
  /** Address globs of what is left alone though it is owned. */
  readonly ignore?: readonly string[];
  readonly prune: boolean;
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly allow: readonly string[];
  /** Address globs of resources whose replacement moves their contents. */
  readonly moves?: readonly string[];
  /** Address globs of resources whose secrets are set again, although nothing shows a difference. */
  readonly resets?: readonly string[];
  /** Whether the broker is asked what it would refuse, where it can be; it is unless this is false. */
  readonly preview?: boolean;
  /** Plans that an interrupted apply left: what they alone still know is made again. */
  readonly kept?: readonly KeptPlan[];
  /** Told what is worth knowing and no part of the plan. Raw text of one line. */
  readonly onNote?: (text: string) => void;
  readonly now: () => Date;
}

/** One broker's share of a plan. */
export interface BrokerPlan extends Steps {
  readonly broker: BrokerIdentity;
  readonly surroundings: Surroundings;
  readonly inSync: number;
  readonly unmanaged: readonly Address[];
  readonly excluded: number;
  readonly uncompared: readonly Uncompared[];
  readonly abandonedMoves: readonly AbandonedMove[];
}

/** Reads a broker, compares, counts what is at stake, turns the difference into steps, and asks what it thinks of them. */
export async function planBroker(input: BrokerPlanInput): Promise<BrokerPlan> {
  const { provider, live, retired, owns, ignore = [], prune } = input;
  const { context, recorded, raw } = await readContext(input);
  const found = diffResources({ context, kinds: provider.kinds, retired, owns, ignore, prune });
  const globs = (input.moves ?? []).map(addressMatcher);
  const isWanted = ({ address, moves }: Resource) =>
    moves === true || globs.some((matches) => matches(address));
  const marked = markMoves(found, context, provider.kinds, isWanted);
  const difference = resetSecrets(marked, context, input.resets ?? []);
  const selected = selectChanges(difference.changes, {
    ...{ targets: input.targets, excludes: input.excludes },
    isUnderWay: (resource) => isMoveUnderWay(resource, context, provider.kinds),
  });
  const affected = affectedResources(selected, context, provider);
  const abandoned = abandonedMoves(context, provider.kinds, difference.changes, ignore);
  const counted = await observed(live, context, [...affected, ...[...abandoned.values()].flat()]);
  const changes = selected.map((change) => withCounts(change, counted));
  const readAt = input.now().toISOString();
  const { steps, ...built } = buildSteps({
    context: counted,
    kinds: provider.kinds,
    changes,
    readAt,
    isAllowed: allowance(input.allow),
    order: provider.order?.(changes, counted) ?? [],
    recorded,
  });
  return {
    ...built,
    steps: input.preview === false ? steps : await withObjections(steps, live),
    broker: withNewName(live.broker, changes, provider),
    surroundings: surroundingsOf({
      ...{ provider, context: counted, steps, fingerprints: built.fingerprints },
      ...{ allowed: input.allow, counted: affected },
    }),
    inSync: difference.inSync,
    unmanaged: difference.unmanaged,
    excluded: difference.changes.length - selected.length,
    abandonedMoves: describeAbandoned(abandoned, provider.kinds, counted),
    uncompared: uncomparedSecrets(
      raw,
      provider.kinds,
      new Set(difference.changes.map((change) => subject(change).address)),
    ),
  };
}

/** With the name that the plan gives to the cluster, under which it must be possible to repeat it. */
function withNewName(broker: BrokerIdentity, changes: readonly Change[], provider: Provider): BrokerIdentity {
  const renamedTo = provider.renamedTo?.(changes);
  return renamedTo === undefined ? broker : { ...broker, renamedTo };
}

/** Both sides, completed. To what is declared comes what an interrupted apply took away and did not make again. */
async function readContext(
  input: BrokerPlanInput,
): Promise<{ context: Context; recorded: ReadonlyMap<Address, string>; raw: Context }> {
  const { provider, live, desired, retired, owns, onNote } = input;
  const records = recordedOn(input.kept ?? [], live.broker);
  const found = await live.read({
    desired: [...desired, ...records.map(({ resource }) => resource)],
    retired: [...retired, ...records.flatMap(({ takers }) => takers)],
    owns,
  });
  const sides = { desired: indexByAddress(desired), live: indexByAddress(found) };
  const { missing, waiting } = recoveryOf(records, sides, retired);
  for (const { resource, file, takers } of waiting) {
    const why = `${takers.join(' or ')} is neither there nor declared`;
    onNote?.(`${resource.address}, recorded in ${file}, cannot be re-created: ${why}`);
  }
  for (const { resource } of missing) sides.desired.set(resource.address, resource);
  const raw: Context = { ...sides, broker: live.broker };
  return {
    context: completeContext(raw, provider.kinds),
    raw,
    recorded: new Map(missing.map(({ resource, file }) => [resource.address, file])),
  };
}

/** The live resources whose counts tell what the changes may cost, each once. */
export function affectedResources(
  changes: readonly Change[],
  context: Context,
  provider: Provider,
): Resource[] {
  const resources = changes.flatMap((change) => [
    ...(change.action === 'create' ? [] : [change.before]),
    ...(provider.kinds[kindOf(subject(change).address)]?.alsoAffected?.(change, context) ?? []),
  ]);
  return [...indexByAddress(resources).values()];
}

function withCounts(change: Change, context: Context): Change {
  if (change.action === 'create') return change;
  const { address, at } = change.before;
  const before = context.live.get(address) ?? change.before;
  return { ...change, before: at ? { ...before, at } : before };
}

/** @param left by the address of the moved resource; counts come from the context */
function describeAbandoned(
  left: ReadonlyMap<Address, readonly Resource[]>,
  kinds: Readonly<Record<string, Kind>>,
  { live }: Context,
): AbandonedMove[] {
  const titleOf = (resource: Resource) =>
    kinds[kindOf(resource.address)]?.title(resource) ?? { title: resource.address, detail: '' };
  return Array.from(left, ([address, resources]) => ({
    address,
    ...titleOf({ address, spec: {}, dependsOn: [] }),
    left: resources.map((resource) => {
      const text = kinds[kindOf(resource.address)]?.affectedText?.(live.get(resource.address) ?? resource);
      return {
        address: resource.address,
        title: titleOf(resource).title,
        ...(text !== undefined && { text }),
      };
    }),
  }));
}

/** The steps, each with what the broker itself says that it would refuse of it. Nothing is changed by asking. */
async function withObjections(steps: readonly Step[], live: LiveState): Promise<readonly Step[]> {
  const asked = steps.filter(({ calls, risks }) => calls.length > 0 && worstRisk(risks) !== 'refused');
  if (asked.length === 0) return steps;
  const objections = (await live.preview?.(asked.map(({ calls }) => calls))) ?? [];
  const refusals = new Map<Address, Risk[]>();
  for (const { unit, failure } of objections) {
    const step = asked[unit];
    if (!step) throw new Error(`${live.broker.name} objects to unit ${unit}, which it was never asked about`);
    const { status, message, hint } = failure;
    const words = status === undefined ? message : `${message} (${status})`;
    const refusal: Risk = { class: 'refused', code: 'broker-refuses', message: words, ...(hint && { hint }) };
    addTo(refusals, step.address, refusal);
  }
  return steps.map((step) => {
    const added = refusals.get(step.address);
    return added ? { ...step, risks: [...step.risks, ...added] } : step;
  });
}
