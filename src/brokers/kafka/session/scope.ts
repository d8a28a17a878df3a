import {
  type Address,
  coverageOf,
  kindOf,
  parseAddress,
  type Resource,
  type Scope,
} from '../../../model/index.ts';
import { kinds } from '../kinds/index.ts';

/** What of one kind a scope wants. */
export interface Wanted {
  /** The first segments after the kind of what is named: topic and user names. */
  readonly names: ReadonlySet<string>;
  /** The named resources as they are declared, by address. */
  readonly desired: ReadonlyMap<Address, Resource>;
  /** Whether more is wanted than what is named. */
  readonly all: boolean;
  /** Whether a live resource is wanted. */
  includes(resource: Pick<Resource, 'address' | 'needs'>): boolean;
}

export type KindName = 'topic' | 'acl' | 'quota' | 'user';

/** What must be asked for to find every resource of the scope, by kind; a kind that is missing needs no request. */
export function wantedOf(scope: Scope, broker: string): Map<string, Wanted> {
  const { wanted, named, includes } = coverageOf(scope, broker, kinds);
  const names = new Map<string, Set<string>>();
  for (const address of named) {
    const { kind, path } = parseAddress(address);
    names.set(kind, (names.get(kind) ?? new Set()).add(path[0] ?? ''));
  }
  return new Map(
    [...wanted].map(([kind, selections]) => {
      const known = names.get(kind) ?? new Set();
      const desired = scope.desired.filter(({ address }) => named.has(address) && kindOf(address) === kind);
      const isNamed = (one: (typeof selections)[number]) =>
        one.kind === kind && one.first !== undefined && known.has(one.first);
      return [
        kind,
        {
          names: known,
          desired: new Map(desired.map((resource) => [resource.address, resource])),
          all: !selections.every(isNamed),
          includes,
        },
      ];
    }),
  );
}
