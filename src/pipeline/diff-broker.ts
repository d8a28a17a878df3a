import { completeSides, diffResources } from '../diff/index.ts';
import {
  type Address,
  type BrokerIdentity,
  type Effects,
  indexByAddress,
  type Json,
  type Kind,
  kindOf,
  parseAddress,
  type Resource,
  type Source,
  type Step,
  type Undeclared,
} from '../model/index.ts';
import { buildSteps } from '../plan/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { placeDeletions } from './deletions.ts';

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
  // Where nothing was before, nobody is affected: all of it is new.
  const { effects = [], cut = 0 } =
    (live.size > 0 && provider.effects?.([...live.values()], [...desired.values(), ...kept], broker)) || {};
  return {
    broker,
    steps: [
      ...placeDeletions(steps, head).map(offline),
      ...retired.filter(isNews).map((address) => blindDeletion(address, places.get(address))),
    ],
    undeclared: [
      ...undeclaredResources(kept.filter(isRead), kinds, new Set(difference.unmanaged)),
      ...[...desired.values()].flatMap((resource) => undeclaredFields(live, resource, kinds)),
    ],
    effects: effects.map((effect) => {
      const at = desired.get(effect.address)?.at;
      return at ? { ...effect, at } : effect;
    }),
    effectsCut: cut,
    unchanged: difference.inSync,
  };
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
  const removed = steps.flatMap(({ dependants }) =>
    dependants.filter(({ outcome }) => outcome === 'removed'),
  );
  const deleted = steps.filter(({ action }) => action === 'delete');
  return new Set([...deleted, ...removed].map(({ address }) => address));
}

/** A step without what only a broker can tell. */
function offline({ stake: _, ...step }: Step): Step {
  const dependants = step.dependants.map((dependant) => ({ ...dependant, calls: [] }));
  return { ...step, dependants, calls: [] };
}

/** The deletion of what the base does not declare: nobody knows whether it is there, and what it holds. */
function blindDeletion(address: Address, at: Source | undefined): Step {
  const { kind, path } = parseAddress(address);
  return {
    address,
    action: 'delete',
    title: `${kind} ${path.join(' ')}`,
    detail: '',
    change: { action: 'delete', before: { address, spec: {}, needs: [], ...(at && { at }) } },
    fields: [],
    risks: [
      {
        class: 'destructive',
        code: 'retired',
        message: 'retired, and not declared in the base: where it is there, it goes with all that it holds',
      },
    ],
    dependants: [],
    after: [],
    calls: [],
  };
}

/** Each with what would disappear with it, which needs no word of its own. */
function undeclaredResources(
  resources: readonly Resource[],
  kinds: Readonly<Record<string, Kind>>,
  owned: ReadonlySet<Address>,
): Undeclared[] {
  const all = indexByAddress(resources);
  const along = new Map<Address, Address[]>();
  for (const resource of resources) {
    const root = rootOf(resource, all, kinds);
    const others = along.get(root) ?? [];
    along.set(root, others);
    if (root !== resource.address) others.push(resource.address);
  }
  return Array.from(along, ([address, others]): Undeclared => {
    const { at, ...resource } = all.get(address) ?? { address, spec: {}, needs: [] };
    return {
      address,
      ...(kinds[kindOf(address)]?.title(resource) ?? { title: address, detail: '' }),
      ...(at && { at }),
      ...(others.length > 0 && { along: others.sort() }),
      owned: owned.has(address),
    };
  });
}

/** What takes a resource along when it goes, and is taken along by nothing itself: a vhost, a queue. */
function rootOf(
  resource: Resource,
  all: ReadonlyMap<Address, Resource>,
  kinds: Readonly<Record<string, Kind>>,
): Address {
  const { diesWith } = kinds[kindOf(resource.address)] ?? {};
  const taker = resource.needs.find((need) => all.has(need) && diesWith?.(resource, need) === true);
  const above = taker === undefined ? undefined : all.get(taker);
  return above ? rootOf(above, all, kinds) : resource.address;
}

/** Top-level fields that only the base declares: what nobody declares is left alone. */
function undeclaredFields(
  live: ReadonlyMap<Address, Resource>,
  after: Resource,
  kinds: Readonly<Record<string, Kind>>,
): Undeclared[] {
  const before = live.get(after.address);
  const kind = kinds[kindOf(after.address)];
  if (!before || !kind) return [];
  const fields = Object.keys(before.spec)
    .sort()
    .flatMap((key) => {
      const value = before.spec[key] ?? null;
      if (value === null || after.spec[key] !== undefined) return [];
      return [{ name: kind.fieldName?.([key]) ?? key, before: textOf(kind, key, value) }];
    });
  if (fields.length === 0) return [];
  const { address, at } = after;
  return [{ address, ...kind.title(after), fields, ...(at && { at }), owned: false }];
}

function textOf(kind: Kind, key: string, value: Json): string {
  return kind.fieldText?.([key], value) ?? (typeof value === 'string' ? value : JSON.stringify(value));
}
