import { coverageOf, parseAddress, type Scope, type Selection } from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';

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
  const { wanted, named } = coverageOf(scope, broker, kinds);
  const vhosts = new Map<string, Selection[]>();
  const want = (kind: string, selection: Selection) => {
    const known = vhosts.get(kind) ?? [];
    vhosts.set(kind, known);
    known.push(vhostOf(selection));
  };
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
      const parts = [...named].map(parseAddress).filter((one) => one.kind === kind);
      return new Set(parts.map(({ path }) => path[0] ?? ''));
    },
  };
}

/** A selection of vhosts: those of the kind's own addresses, and any where these name none, such as a user. */
function vhostOf(selection: Selection): Selection {
  const { kind } = selection;
  const isInVhost = kind === 'vhost' || kinds[kind]?.inVhost !== undefined;
  return isInVhost ? selection : { kind, matches: () => true };
}
