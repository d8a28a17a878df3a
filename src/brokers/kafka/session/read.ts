import type { Resource, Scope } from '../../../model/index.ts';
import { readAcls } from './acls.ts';
import type { Cluster } from './cluster.ts';
import { readQuotas } from './quotas.ts';
import { type KindName, type Wanted, wantedOf } from './scope.ts';
import { type InheritedConfigs, readTopics } from './topics/read.ts';
import { readUsers } from './users.ts';

type Reader = (cluster: Cluster, wanted: Wanted, inherited: InheritedConfigs) => Promise<Resource[]>;

const READERS: Readonly<Record<KindName, Reader>> = {
  topic: readTopics,
  acl: readAcls,
  quota: readQuotas,
  user: readUsers,
};

/**
 * The live resources of a scope. A kind that is not in it costs no request and takes no right.
 * @throws ConnectionError, BrokerError
 */
export async function readScope(
  cluster: Cluster,
  inherited: InheritedConfigs,
  scope: Scope,
): Promise<Resource[]> {
  const wanted = wantedOf(scope, cluster.settings.broker);
  const kinds = Object.keys(READERS) as KindName[];
  const parts = await Promise.all(
    kinds.map((kind) => {
      const wantedOfKind = wanted.get(kind);
      return wantedOfKind ? READERS[kind](cluster, wantedOfKind, inherited) : [];
    }),
  );
  return parts.flat();
}
