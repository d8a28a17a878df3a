import { addTo, answerLimit, BrokerError, ConnectionError, type JsonObject } from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';
import { sortedTags, text } from '../kinds/parts.ts';
import type { Listings } from './listings.ts';

/** Items by their vhost. */
type ByVhost = ReadonlyMap<string, readonly JsonObject[]>;

/** The items of `/api/vhosts`. */
export type VhostList = Promise<readonly JsonObject[]>;

/** @throws ConnectionError, BrokerError */
export function listVhosts(listings: Listings): VhostList {
  return listAll('vhost', listings);
}

/** The items of a kind whose list is of the whole broker. @throws ConnectionError, BrokerError */
export function listAll(kind: string, listings: Listings): Promise<JsonObject[]> {
  const { path = '', right = '', query, isOne } = kinds[kind]?.listing ?? {};
  return isOne ? listings.only(path, query) : listings.all(path, right, query);
}

/** For up to so many vhosts, their own listings take 15 to 50 ms together: nothing to save. */
const FEW = 8;

/**
 * What one read can take from listings of the whole broker, instead of one listing per vhost.
 *
 * Such a listing silently omits the vhosts that the user may not access, so that a vhost without items looks like one
 * that is hidden. The management API filters the lists of exchanges, queues, bindings, policies and operator policies
 * in the same way, and each vhost has exchanges that cannot be deleted: a vhost counts as covered if the list of all
 * exchanges, which is read first, has some of it (seen on 3.10.8 and 4.3.6). The others are left to their own listings,
 * which tell a missing vhost from a hidden one. So is every vhost when a listing of the whole broker fails, or is too
 * large: the listings of the vhosts then give the error, if there is one.
 */
export class VhostLists {
  readonly #listings: Listings;
  readonly #seen: VhostList;
  #exchanges?: Promise<ByVhost | undefined>;
  #names?: Promise<ReadonlySet<string> | undefined>;

  /** @param seen the vhosts that the user sees, about */
  constructor(listings: Listings, seen: VhostList) {
    this.#listings = listings;
    this.#seen = seen;
  }

  /** The items of `/api/<path>` in these vhosts: an entry for each vhost that needs no listing of its own. */
  async of(path: string, query: string | undefined, vhosts: ReadonlySet<string>): Promise<ByVhost> {
    // For 200 vhosts of 5 queues, listings of the whole broker cost a quarter of the broker's CPU time and of ours: they
    // pay if half of what they hold is wanted, and take at most twice the memory.
    if (vhosts.size <= FEW || vhosts.size * 2 < (await this.#seen).length) return new Map();
    this.#exchanges ??= this.#list('exchanges', kinds.exchange?.listing.query);
    const exchanges = await this.#exchanges;
    if (!exchanges) return new Map();
    const covered = [...vhosts].filter((vhost) => exchanges.has(vhost));
    const others = [...vhosts].filter((vhost) => !exchanges.has(vhost));
    const [items, missing] = await Promise.all([
      path === 'exchanges' ? exchanges : covered.length > FEW ? this.#list(path, query) : undefined,
      this.#missing(others),
    ]);
    const found = items ? covered.map((vhost) => [vhost, items.get(vhost) ?? []] as const) : [];
    return new Map([...found, ...missing.map((vhost) => [vhost, []] as const)]);
  }

  /** Those that do not exist, where there are many and the user may see the names of all vhosts. */
  async #missing(vhosts: readonly string[]): Promise<string[]> {
    if (vhosts.length <= FEW) return [];
    this.#names ??= this.#allNames();
    const names = await this.#names;
    return names ? vhosts.filter((vhost) => !names.has(vhost)) : [];
  }

  /** The names of all vhosts; undefined where the user sees only the ones that they may access. */
  #allNames(): Promise<ReadonlySet<string> | undefined> {
    return ifGiven(async () => {
      const tags = sortedTags((await this.#listings.one(['whoami']))?.tags);
      if (!tags.some((tag) => SEES_ALL_NAMES.includes(tag))) return undefined;
      return new Set((await listVhosts(this.#listings)).map((item) => text(item.name)));
    });
  }

  #list(path: string, query?: string): Promise<ByVhost | undefined> {
    return ifGiven(async () => {
      const byVhost = new Map<string, JsonObject[]>();
      const items = await this.#listings.all(path, '', query, answerLimit() / AT_A_TIME);
      for (const item of items) addTo(byVhost, text(item.vhost), item);
      return byVhost;
    });
  }
}

/** Lists that are held at the same time: of exchanges, queues, bindings and policies. Together they are bounded as one. */
const AT_A_TIME = 4;

/** `list_visible_vhosts` in rabbit_mgmt_util.erl */
const SEES_ALL_NAMES = ['administrator', 'monitoring'];

/** Undefined where the broker gives no answer, or refuses. */
async function ifGiven<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof BrokerError || error instanceof ConnectionError) return undefined;
    throw error;
  }
}
