import { coverageOf, kindOf, parseAddress, type Resource, type Scope } from '../../../model/index.ts';
import type { InheritedConfigs } from '../kinds/configs/spec.ts';
import { kinds } from '../kinds/index.ts';
import type { Cluster } from './cluster.ts';
import type { KindSession, Wanted } from './kind-session.ts';

/**
 * The live resources of a scope. A kind that is not in it costs no request and takes no right.
 * @throws ConnectionError, BrokerError
 */
export async function readScope(
  cluster: Cluster,
  sessions: ReadonlyMap<string, KindSession>,
  inherited: InheritedConfigs,
  scope: Scope,
): Promise<Resource[]> {
  const wanted = wantedOf(scope, cluster.settings.broker);
  const parts = await Promise.all(
    [...sessions].map(([kind, session]) => {
      const wantedOfKind = wanted.get(kind);
      return wantedOfKind ? session.read(cluster, wantedOfKind, inherited) : [];
    }),
  );
  return parts.flat();
}

/** What to read of each kind for a scope; absent kinds need no request. */
function wantedOf(scope: Scope, broker: string): Map<string, Wanted> {
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
