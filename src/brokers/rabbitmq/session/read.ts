import {
  addTo,
  type Connection,
  coverageOf,
  indexByAddress,
  type JsonObject,
  kindOf,
  type Resource,
  type Scope,
  type Selection,
} from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';
import type { Reading } from '../kinds/kind.ts';
import { pathOf, text } from '../kinds/parts.ts';
import type { Listings } from './listings.ts';
import { listAll, listVhosts, type VhostList, VhostLists } from './vhost-lists.ts';

/**
 * The live resources of a scope: one list for each kind, or one for each kind and vhost where the scope has few
 * vhosts, and no list that the scope does not need.
 * @param vhosts those that the user saw when the session was opened; and again, where it is being opened
 * @param dependsOn what the scope needs
 * @throws ConnectionError, BrokerError, MissingVariable
 */
export async function readScope(
  scope: Scope,
  connection: Connection,
  listings: Listings,
  vhosts: { readonly seen: VhostList; readonly listed: VhostList | undefined },
  dependsOn: Needs,
): Promise<Resource[]> {
  const { name: broker, resolve } = connection;
  const whole = new VhostLists(listings, vhosts.seen);
  let desired: Reading['desired'] | undefined;
  const reading: Reading = {
    broker,
    resolve,
    // Few kinds look at it.
    get desired() {
      desired ??= indexByAddress(scope.desired);
      return desired;
    },
  };
  const isListed = dependsOn.listsVhosts || dependsOn.kinds.has('vhost');
  const listed: VhostList = isListed ? (vhosts.listed ?? listVhosts(listings)) : Promise.resolve([]);
  // Waited for only where it tells which other lists to read.
  const names = dependsOn.listsVhosts ? (await listed).map((item) => text(item.name)) : [];
  const own = new Set<string>();
  const lists = Object.entries(kinds).flatMap(([kind, { listing }]) => {
    // Each list is worked on as soon as it is there, while the broker is still busy with the next one.
    const read = (items: Promise<readonly JsonObject[]>) =>
      items.then((found) => listing.read(found, reading));
    if (listing.per === 'broker') {
      if (!dependsOn.kinds.has(kind)) return [];
      return [read(kind === 'vhost' ? listed : listAll(kind, listings))];
    }
    const { path, query } = listing;
    const asked = dependsOn.vhostsOf([kind, ...(listing.along ?? [])], names);
    for (const vhost of asked) own.add(vhost);
    const along = dependsOn.vhostsOf(listing.alongIfAllowed ?? [], names);
    for (const vhost of asked) along.delete(vhost);
    const readEach = async (vhosts: Set<string>, ofVhost: (vhost: string) => Promise<JsonObject[]>) => {
      const found = await whole.of(path, query, vhosts);
      const lists = [...vhosts].map((vhost) => {
        const items = found.get(vhost);
        return items ? listing.read(items, reading) : read(ofVhost(vhost));
      });
      return (await Promise.all(lists)).flat();
    };
    return [
      readEach(asked, (vhost) => listings.ofVhost(path, vhost, query)),
      readEach(along, (vhost) => listings.ofVhostIfAllowed(path, vhost)),
    ];
  });
  const resources = (await Promise.all(lists)).flat();
  await checkVisibility(dependsOn, listings, resources, own);
  return resources;
}

/** Kinds whose lists leave out, without a word, the vhosts that the user may not see. */
const SILENT = Object.entries(kinds).flatMap(([kind, { listing }]) => (listing.hidesVhosts ? [kind] : []));

/**
 * What is named and was not found may be in a vhost that is hidden from the user: such vhosts are asked for by name.
 * @param listed vhosts whose own lists were read, which are refused where the vhost is hidden
 * @throws BrokerError for a vhost that exists and is hidden
 */
async function checkVisibility(
  dependsOn: Needs,
  listings: Listings,
  found: readonly Resource[],
  listed: ReadonlySet<string>,
): Promise<void> {
  const seen = new Set(listed);
  for (const resource of found) {
    if (SILENT.includes(kindOf(resource.address))) seen.add(pathOf(resource)[0] ?? '');
  }
  const named = new Set(SILENT.flatMap((kind) => [...dependsOn.namedVhosts(kind)]));
  const unseen = [...named].filter((vhost) => !seen.has(vhost));
  await Promise.all(unseen.map((vhost) => listings.ofVhost('vhost-limits', vhost)));
}

/** The listings that a scope needs: one request each, or one a vhost. */
export interface Needs {
  readonly kinds: ReadonlySet<string>;
  /** Vhosts whose names a glob leaves open, or none are known of: they must be listed. */
  readonly listsVhosts: boolean;
  /** The vhosts in which any of these kinds must be listed, among those that exist. */
  vhostsOf(kinds: readonly string[], existing: readonly string[]): Set<string>;
  /** Vhosts that named resources of this kind are in. */
  namedVhosts(kind: string): ReadonlySet<string>;
}

/** What must be listed to find every resource of the scope, and all that would disappear with it. */
export function needsOf(scope: Scope, broker: string): Needs {
  const { wanted, heads } = coverageOf(scope, broker, kinds);
  const vhosts = new Map<string, Selection[]>();
  const want = (kind: string, selection: Selection) => addTo(vhosts, kind, vhostOf(selection));
  for (const [kind, selections] of wanted) {
    for (const selection of selections) {
      want(kind, selection);
      for (const other of kinds[kind]?.listing.wants ?? []) want(other, selection);
    }
  }
  const isOpen = ({ first }: Selection) => first === undefined;
  return {
    kinds: new Set(vhosts.keys()),
    listsVhosts: [...vhosts].some(
      ([kind, selections]) => kinds[kind]?.listing.per === 'vhost' && selections.some(isOpen),
    ),
    vhostsOf(kinds, existing) {
      const selections = kinds.flatMap((kind) => vhosts.get(kind) ?? []);
      const open = selections.filter(isOpen);
      const literal = selections.flatMap(({ first }) => (first === undefined ? [] : [first]));
      return new Set([...literal, ...existing.filter((vhost) => open.some(({ matches }) => matches(vhost)))]);
    },
    namedVhosts(kind) {
      const ofKind = heads.filter((head) => head.kind === kind);
      return new Set(ofKind.map(({ first = '' }) => first));
    },
  };
}

const IN_VHOSTS = Object.entries(kinds).flatMap(([kind, { inVhost }]) => (inVhost ? [kind] : []));

/** The vhosts, of those that exist, in which a scope with these needs covers anything. */
export function vhostsIn(dependsOn: Needs, existing: readonly string[]): Set<string> {
  const covered = dependsOn.vhostsOf(['vhost', ...IN_VHOSTS], existing);
  return new Set(existing.filter((vhost) => covered.has(vhost)));
}

/** A selection of vhosts: those of the kind's own addresses, and any where these name none, such as a user. */
function vhostOf(selection: Selection): Selection {
  const { kind } = selection;
  const isInVhost = kind === 'vhost' || kinds[kind]?.inVhost !== undefined;
  return isInVhost ? selection : { kind, matches: () => true };
}
