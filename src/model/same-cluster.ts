import type { BrokerIdentity } from './plan.ts';

/**
 * Whether a plan that was made for one broker is about the other one, whatever their versions. A copy of a cluster
 * (restored from a backup, say) has the id of the original: only its name tells it apart, so that a cluster with a new
 * name is the same one only if the plan itself gives it that name.
 */
export function isSameCluster(planned: BrokerIdentity, live: BrokerIdentity): boolean {
  if (planned.type !== live.type) return false;
  const areIdsKnown = planned.clusterId !== undefined && live.clusterId !== undefined;
  if (areIdsKnown && planned.clusterId !== live.clusterId) return false;
  return planned.id === live.id || (areIdsKnown && planned.renamedTo === live.id);
}
