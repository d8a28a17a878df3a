import { type Address, addressMatcher, encodeSegment, kindOf } from './address.ts';
import { addTo } from './collections.ts';
import type { Kind } from './provider.ts';
import type { Resource } from './resource.ts';
import type { Scope } from './session.ts';

type Kinds = Readonly<Record<string, Kind>>;

/** Addresses of one kind that a scope names or owns, by the first segment of their path. */
export interface Selection {
  readonly kind: string;
  /** The first segment, decoded; absent where a glob leaves it open. */
  readonly first?: string;
  /** Whether the first segment, decoded, of an address of this kind may be selected. */
  matches(first: string): boolean;
}

/**
 * Whether any of the selections may select an address of a kind with this first segment. Names are looked up, so that
 * thousands of them cost each address no more than one does; only globs are tried one by one.
 */
export function selectorOf(selections: readonly Selection[]): (kind: string, first: string) => boolean {
  const names = new Map<string, Set<string>>();
  const globs: Selection[] = [];
  for (const selection of selections) {
    const { kind, first } = selection;
    if (first === undefined) globs.push(selection);
    else names.set(kind, (names.get(kind) ?? new Set()).add(first));
  }
  return (kind, first) =>
    names.get(kind)?.has(first) === true || globs.some((one) => one.kind === kind && one.matches(first));
}

/** What a read of a scope must list, and which live resources it must return. */
export interface Coverage {
  /** By kind: the selections that ask for its listing, of the kind itself or of a kind that takes it along. */
  readonly wanted: ReadonlyMap<string, readonly Selection[]>;
  /** Declared and retired addresses of the broker: whether each of them exists must be known for sure. */
  readonly named: ReadonlySet<Address>;
  /** The kinds and first segments that these addresses have. */
  readonly heads: readonly Selection[];
  includes(resource: Pick<Resource, 'address' | 'dependsOn'>): boolean;
}

/** Whether a resource of a kind disappears together with this one that it needs. */
export function cascades(kind: Kind | undefined, needed: Address): boolean {
  return kind?.cascadesFrom?.includes(kindOf(needed)) ?? false;
}

/**
 * Completes a scope for one broker: what it names and owns, and all that would disappear with whatever of it may be
 * deleted, as the kinds' cascades tell. What is declared is deleted only to be replaced, so a declared resource of a
 * kind that changes in place brings nothing along.
 */
export function coverageOf(scope: Scope, broker: string, kinds: Kinds): Coverage {
  const prefix = `${encodeSegment(broker)}/`;
  const ofBroker = (addresses: readonly Address[]) => addresses.filter((one) => one.startsWith(prefix));
  const desired = ofBroker(scope.desired.map(({ address }) => address));
  // A former name is deleted once its contents are moved.
  const former = scope.desired.flatMap(({ was, wasBefore }) => [was, wasBefore].flatMap((one) => one ?? []));
  const retired = ofBroker([...scope.retired, ...former]);
  const owned = scope.owns.flatMap((glob) => selectionsOf(glob, broker, kinds));
  const isReplaceable = (kind: string) => kinds[kind]?.immutableReason !== undefined;
  const [ofDesired, ofRetired] = [headsOf(desired), headsOf(retired)];
  const wanted = new Map<string, Selection[]>();
  for (const selection of [...ofDesired, ...ofRetired, ...owned]) {
    addTo(wanted, selection.kind, selection);
  }
  const replaceable = ofDesired.filter(({ kind }) => isReplaceable(kind));
  const takenAlong = new Map(Object.keys(kinds).map((kind) => [kind, takenAlongBy(kind, kinds)]));
  for (const selection of [...ofRetired, ...replaceable, ...owned]) {
    for (const dependent of takenAlong.get(selection.kind) ?? []) addTo(wanted, dependent, selection);
  }
  const matchers = scope.owns.map(addressMatcher);
  const isOwned = (address: Address) => matchers.some((matches) => matches(address));
  // Not every broker asks for them.
  let sets: Record<'named' | 'retired', ReadonlySet<Address>> | undefined;
  const known = () => {
    sets ??= { named: new Set([...desired, ...retired]), retired: new Set(retired) };
    return sets;
  };
  const isRemovable = (need: Address) =>
    known().retired.has(need) || (isReplaceable(kindOf(need)) && known().named.has(need)) || isOwned(need);
  return {
    wanted,
    heads: [...ofDesired, ...ofRetired],
    get named() {
      return known().named;
    },
    includes: ({ address, dependsOn }) =>
      known().named.has(address) ||
      isOwned(address) ||
      dependsOn.some((need) => cascades(kinds[kindOf(address)], need) && isRemovable(need)),
  };
}

/** Kinds of which some resource disappears with one of this kind, directly or with what disappears. */
function takenAlongBy(kind: string, kinds: Kinds): Set<string> {
  const found = new Set<string>();
  const visit = (taker: string) => {
    for (const [name, { cascadesFrom = [] }] of Object.entries(kinds)) {
      if (!cascadesFrom.includes(taker) || found.has(name)) continue;
      found.add(name);
      visit(name);
    }
  };
  visit(kind);
  return found;
}

/** Thousands of addresses have a few heads, `main/queue/%2F`: each is worked out once. */
function headsOf(addresses: readonly Address[]): Selection[] {
  const heads = new Set<string>();
  let last = '';
  for (const address of addresses) {
    // Most often that of the address before.
    if (address.startsWith(last) && address[last.length] === '/') continue;
    last = headOf(address);
    heads.add(last);
  }
  return Array.from(heads, (head) => {
    const first = decodeURIComponent(head.split('/')[2] ?? '');
    return { kind: kindOf(head), first, matches: (segment) => segment === first };
  });
}

function headOf(address: Address): string {
  let end = -1;
  for (let slashes = 0; slashes < 3; slashes++) {
    end = address.indexOf('/', end + 1);
    if (end < 0) return address;
  }
  return address.slice(0, end);
}

/** What a glob may match on a broker, by kind. What comes after `**` may be anything, so the segments before decide. */
function selectionsOf(glob: string, broker: string, kinds: Kinds): Selection[] {
  const [head = ''] = glob.split('**', 1);
  const isOpen = head.length < glob.length;
  const segments = head.split('/');
  const matcherAt = (index: number): ((encoded: string) => boolean) => {
    const segment = segments[index];
    if (segment === undefined) return () => isOpen;
    return addressMatcher(isOpen && index === segments.length - 1 ? `${segment}*` : segment);
  };
  if (!matcherAt(0)(encodeSegment(broker))) return [];
  const [, , first] = segments;
  const isLiteral = first !== undefined && !first.includes('*') && !(isOpen && segments.length === 3);
  const matchesFirst = matcherAt(2);
  const matches = (segment: string) => matchesFirst(encodeSegment(segment));
  return Object.keys(kinds)
    .filter((kind) => matcherAt(1)(kind))
    .map((kind) => ({ kind, matches, ...(isLiteral && { first: decodeURIComponent(first) }) }));
}

type Live = ReadonlyMap<Address, Resource>;

/** Why live resources are left alone, worked out for those that are asked for: most are declared, and nobody asks. */
export interface Reasons {
  has(address: Address): boolean;
  get(address: Address): string | undefined;
}

/**
 * Live resources that the broker, a plug-in or a connected client made for itself, with the reason, and everything
 * that disappears with one of them: the bindings of an exclusive queue. Never unmanaged, pruned or imported.
 */
export function systemOwned(live: Live, kinds: Kinds): Reasons {
  return withCascades(live, kinds, (resource) => kinds[kindOf(resource.address)]?.systemOwned?.(resource));
}

/** Live resources that match one of these globs, with the glob, and everything that disappears with one of them. */
export function matchedBy(globs: readonly string[], live: Live, kinds: Kinds): Reasons {
  if (globs.length === 0) return new Map();
  const matchers = globs.map((glob) => [glob, addressMatcher(glob)] as const);
  return withCascades(live, kinds, ({ address }) => matchers.find(([, matches]) => matches(address))?.[0]);
}

function withCascades(
  live: Live,
  kinds: Kinds,
  reasonOf: (resource: Resource) => string | undefined,
): Reasons {
  /** Only of what others need: most resources are bindings, and nothing needs one. */
  const ofNeeds = new Map<Address, string | undefined>();
  const find = (resource: Resource): string | undefined => {
    const own = reasonOf(resource);
    if (own !== undefined) return own;
    const kind = kinds[kindOf(resource.address)];
    for (const need of resource.dependsOn) {
      const reason = cascades(kind, need) ? findNeed(need) : undefined;
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
  const get = (address: Address): string | undefined => {
    const resource = live.get(address);
    return resource && find(resource);
  };
  const findNeed = (address: Address): string | undefined => {
    const known = ofNeeds.get(address);
    if (known !== undefined || ofNeeds.has(address)) return known;
    // Before the recursion, so that resources that need each other end it.
    ofNeeds.set(address, undefined);
    const reason = get(address);
    ofNeeds.set(address, reason);
    return reason;
  };
  return { get, has: (address) => get(address) !== undefined };
}
