import { completeSides, diffResources } from '../diff/index.ts';
import {
  type Address,
  type BrokerIdentity,
  type Context,
  type Effects,
  indexByAddress,
  type Kind,
  type Provider,
  parseAddress,
  type Resource,
  type Source,
  type Step,
  type Undeclared,
} from '../model/index.ts';
import { buildSteps } from '../plan/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { placeDeletions } from './deletions.ts';
import { undeclaredFields, undeclaredResources } from './undeclared.ts';

/** What two sides say differently of one broker. */
export interface BrokerDiff {
  readonly broker: BrokerIdentity;
  readonly steps: readonly Step[];
  readonly undeclared: readonly Undeclared[];
  readonly effects: Effects['effects'];
  readonly effectsCut: number;
  readonly unchanged: number;
}

/** What is compared. */
export interface Sides {
  readonly base: Checked;
  readonly head: Checked;
  /** Whether a file could not be read in full on one of the sides: what seems to be missing there may be there. */
  readonly unread: (file: string) => boolean;
}

/**
 * Takes the base for what is on the broker. Both sides are completed as the head's broker would hold them, so that
 * only what is written differs. Undefined where neither side configures the broker.
 */
export function diffBroker(
  name: string,
  { base, head, unread }: Sides,
  prune: boolean,
): BrokerDiff | undefined {
  const configured = head.configured.get(name) ?? base.configured.get(name);
  if (!configured) return undefined;
  const { assumed: broker, provider } = configured;
  const { kinds } = provider;
  const before = base.brokers.get(name);
  const after = head.brokers.get(name);
  const live = complete(before, broker, kinds, []);
  const alone = complete(after, broker, kinds, []);
  const desired = completedBeside(alone, complete(after, broker, kinds, live.values()));
  const context = { broker, live, desired };
  const { retired = [], owns = [], ignore = [] } = after ?? {};
  const difference = diffResources({ context, kinds, retired, owns, ignore, prune });
  const isRead = ({ at }: Resource) => !at || !unread(at.file);
  const changes = difference.changes.filter((change) => change.action !== 'create' || isRead(change.after));
  const { steps } = buildSteps({ context, kinds, changes, readAt: '', isAllowed: () => true });
  const places = new Map(head.project.retired.map(({ address, at }) => [address, at]));
  const isNews = (address: Address) => !live.has(address) && before?.retired.includes(address) !== true;
  const gone = goneBy(steps);
  const kept = [...live.values()].filter(({ address }) => !desired.has(address) && !gone.has(address));
  // Where nothing existed before, no client is affected: everything is new.
  const remaining = indexByAddress([...desired.values(), ...kept]);
  const { effects, cut } = effectsOf({ broker, live, desired }, remaining, provider);
  return {
    broker,
    steps: [
      ...placeDeletions(steps, head).map(offline),
      ...retired.filter(isNews).map((address) => blindDeletion(address, places.get(address))),
    ],
    undeclared: [
      ...undeclaredResources(kept.filter(isRead), kinds, new Set(difference.unmanaged), remaining),
      ...[...desired.values()].flatMap((resource) => undeclaredFields(live, resource, kinds)),
    ],
    effects,
    effectsCut: cut,
    unchanged: difference.inSync,
  };
}

/** What becomes different for messages and clients, at the lines of the desired side; nothing where all is new. */
export function effectsOf(
  { live, desired, broker }: Context,
  after: ReadonlyMap<Address, Resource>,
  provider: Provider,
): Effects {
  const found =
    live.size > 0 ? provider.effects?.([...live.values()], [...after.values()], broker) : undefined;
  const effects = (found?.effects ?? []).map((effect) => {
    const at = desired.get(effect.address)?.at;
    return at ? { ...effect, at } : effect;
  });
  return { effects, cut: found?.cut ?? 0 };
}

type Resources = ReadonlyMap<Address, Resource>;

function complete(
  side: DeclaredBroker | undefined,
  broker: BrokerIdentity,
  kinds: Readonly<Record<string, Kind>>,
  live: Iterable<Resource>,
): Resources {
  return completeSides({ broker }, side?.desired ?? [], live, kinds).desired;
}

/**
 * What is declared, and what that says of the fields that the base has beyond it: that they are to be unset, where a
 * topic's configs are all the project's own.
 */
function completedBeside(alone: Resources, beside: Resources): Resources {
  return new Map(
    Array.from(alone, ([address, resource]) => {
      const spec = { ...beside.get(address)?.spec, ...resource.spec };
      return [address, { ...resource, spec }];
    }),
  );
}

/** What is deleted, and what disappears with that. */
function goneBy(steps: readonly Step[]): Set<Address> {
  const removed = steps.flatMap(({ dependents }) =>
    dependents.filter(({ outcome }) => outcome === 'removed'),
  );
  const deleted = steps.filter(({ action }) => action === 'delete');
  return new Set([...deleted, ...removed].map(({ address }) => address));
}

/** A step without what only a broker can tell. */
function offline({ affected: _, restore: __, ...step }: Step): Step {
  const dependents = step.dependents.map((dependent) => ({ ...dependent, calls: [] }));
  return { ...step, dependents, calls: [] };
}

/** The deletion of what the base does not declare: whether it exists and what it holds is unknown. */
function blindDeletion(address: Address, at: Source | undefined): Step {
  const { kind, path } = parseAddress(address);
  return {
    address,
    action: 'delete',
    title: `${kind} ${path.join(' ')}`,
    detail: '',
    change: { action: 'delete', before: { address, spec: {}, dependsOn: [], ...(at && { at }) } },
    fields: [],
    risks: [
      {
        class: 'destructive',
        code: 'retired',
        message: 'retired, and not declared in the base: where it is there, it goes with all that it holds',
      },
    ],
    dependents: [],
    runsAfter: [],
    calls: [],
  };
}
