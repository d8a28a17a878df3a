import { DescribeCluster } from '../protocol/requests/cluster.ts';
import { operations } from '../protocol/words.ts';
import type { AclOperation } from '../specs.ts';
import type { Cluster } from './cluster.ts';

/** What we may do on the cluster itself; where `error` is not 0, nothing is told. */
export interface ClusterRights {
  readonly error: number;
  readonly message: string | null;
  may(operation: AclOperation): boolean;
}

/** Asks a cluster that offers DescribeCluster. @throws ConnectionError, BrokerError */
export async function askRights(cluster: Cluster): Promise<ClusterRights> {
  const question = { includeOperations: true };
  const answer = await cluster.ask(DescribeCluster, question, { to: 'home', repeatable: true });
  const { error, message, operations: allowed } = answer;
  return { error, message, may: (operation) => (allowed & (1 << operations.number(operation))) !== 0 };
}
