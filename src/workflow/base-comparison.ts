import { completeSides } from '../diff/index.ts';
import {
  type Address,
  addressMatcher,
  type BaseComparison,
  brokerOf,
  type Context,
  equalJson,
  indexByAddress,
  type Json,
  kindOf,
  type LeftBehind,
  matchedBy,
  type Provider,
  type Resource,
  type Step,
  systemOwned,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { effectsOf } from './diff-broker.ts';
import { type CheckedSide, sideOf, unreadFiles } from './diff-sides.ts';
import { type LiveState, observed } from './live.ts';
import { brokenTests } from './tests.ts';
import { undeclaredFields, undeclaredResources } from './undeclared.ts';

export interface BaseComparisonInput {
  readonly base: CheckedSide;
  readonly head: Checked;
  readonly states: ReadonlyMap<string, LiveState>;
  readonly steps: readonly Step[];
  /** Address globs, as of the plan. */
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly now: () => Date;
}

/** What the base declares, the plan does not, and the brokers have; and what the steps change for messages. */
export async function compareWithBase(input: BaseComparisonInput): Promise<BaseComparison> {
  const { base, head, states } = input;
  const parts = await Promise.all(
    [...states].map(([name, live]) => {
      const broker = head.brokers.get(name);
      return broker ? compareBroker(broker, live, input) : { undeclared: [], effects: [], cut: 0 };
    }),
  );
  const unasked = [...base.checked.brokers.keys()].filter((name) => !states.has(name));
  const note =
    unasked.length > 0 ? `not checked, as only the base uses it: ${unasked.join(', ')}` : undefined;
  return {
    revision: { ...sideOf(base, base.checked.diagnostics), ...(note !== undefined && { note }) },
    undeclared: parts.flatMap(({ undeclared }) => undeclared),
    effects: parts.flatMap(({ effects }) => effects),
    effectsCut: parts.reduce((sum, { cut }) => sum + cut, 0),
    brokenTests: await brokenTests(base.checked, head),
  };
}

async function compareBroker(broker: DeclaredBroker, live: LiveState, input: BaseComparisonInput) {
  const { name, provider, desired, retired, owns, ignore } = broker;
  const { kinds } = provider;
  const isRead = ({ at }: Resource) => !at || !unread(at.file);
  const unread = unreadFiles(input.base);
  const declared = (input.base.checked.brokers.get(name)?.desired ?? []).filter(isRead);
  const base = completeSides({ broker: live.broker }, declared, [], kinds).desired;
  // A read of its own: what the base declares must not change the plan. Of what both declare, it tells the fields of both.
  const asked = desired.map((one) => ({ ...one, spec: { ...base.get(one.address)?.spec, ...one.spec } }));
  const found = await live.read({ desired: asked, retired: [...retired, ...base.keys()], owns });
  const context = completeSides({ broker: live.broker }, desired, found, kinds);
  const steps = input.steps.filter(({ address }) => brokerOf(address) === name);
  const after = afterSteps(context, steps);
  const isChosen = chooser(input.targets, input.excludes);
  const system = systemOwned(context.live, kinds);
  // To ignore a resource is to say that it is left to others.
  const ignored = matchedBy(ignore, context.live, kinds);
  const left = [...base.values()].filter(
    (resource) =>
      after.has(resource.address) &&
      !context.desired.has(resource.address) &&
      !retired.includes(resource.address) &&
      !system.has(resource.address) &&
      !kinds[kindOf(resource.address)]?.isAlwaysThere &&
      !ignored.has(resource.address) &&
      isChosen(resource),
  );
  const owned = owns.map(addressMatcher);
  const isOwned = ({ address }: Resource) => owned.some((matches) => matches(address));
  const ownedLeft = new Set(left.filter(isOwned).map(({ address }) => address));
  const resources = undeclaredResources(left, kinds, ownedLeft, after);
  const counted = await observed(
    live,
    context,
    resources.flatMap(({ address }) => context.live.get(address) ?? []),
  );
  const readAt = input.now().toISOString();
  const { effects, cut } = steps.length > 0 ? effectsOf(context, after, provider) : { effects: [], cut: 0 };
  return {
    undeclared: [
      ...resources.map(
        (one): LeftBehind => ({ ...one, ...affectedOf(one.address, provider, counted, readAt) }),
      ),
      ...[...context.desired.values()]
        .filter(isChosen)
        .flatMap((resource) => undeclaredFields(asLive(base, context, kinds), resource, kinds)),
    ],
    effects,
    cut,
  };
}

/** What is on the broker once the steps are done. */
function afterSteps(context: Context, steps: readonly Step[]): Map<Address, Resource> {
  const after = new Map(context.live);
  for (const { change, address, dependents } of steps) {
    for (const dependent of dependents) if (dependent.outcome === 'removed') after.delete(dependent.address);
    if (change.action === 'delete') after.delete(address);
    else after.set(address, change.after);
  }
  return after;
}

function chooser(targets: readonly string[], excludes: readonly string[]): (resource: Resource) => boolean {
  const [wanted, unwanted] = [targets.map(addressMatcher), excludes.map(addressMatcher)];
  return ({ address }) =>
    (wanted.length === 0 || wanted.some((matches) => matches(address))) &&
    !unwanted.some((matches) => matches(address));
}

function affectedOf(
  address: Address,
  { kinds }: Provider,
  { live }: Context,
  readAt: string,
): Pick<LeftBehind, 'affected'> {
  const resource = live.get(address);
  const text = resource?.metrics && kinds[kindOf(address)]?.affectedText?.(resource);
  return text === undefined ? {} : { affected: { text, values: resource?.metrics ?? {}, readAt } };
}

/** The base with the fields that are still set on the broker as the base declares them. */
function asLive(
  base: ReadonlyMap<Address, Resource>,
  { live }: Context,
  kinds: Provider['kinds'],
): ReadonlyMap<Address, Resource> {
  const kept = [...base.values()].flatMap((resource) => {
    const found = live.get(resource.address);
    if (!found) return [];
    const isInherited = kinds[kindOf(resource.address)]?.isInherited;
    const isSame = ([key, value]: [string, Json]) =>
      equalJson(value, found.spec[key] ?? null) && isInherited?.(found, key) !== true;
    return [{ ...resource, spec: Object.fromEntries(Object.entries(resource.spec).filter(isSame)) }];
  });
  return indexByAddress(kept);
}
