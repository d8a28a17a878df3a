import { ListPartitionReassignments } from '../protocol/requests/reassignments.ts';
import type { Cluster } from './cluster.ts';

/** A partition that is on its way. */
export interface Moving {
  /** The brokers that are to have it, the preferred leader first. */
  readonly to: readonly number[];
  /** Those of them that did not have it. */
  readonly adding: readonly number[];
}

/** Partitions that are on their way, by number, by topic. */
export type Moves = ReadonlyMap<string, ReadonlyMap<number, Moving>>;

/** Reassignments under way. Without the right to see them (Describe on the cluster), none. */
export async function listMoves(cluster: Cluster): Promise<Moves> {
  if (!cluster.offers(ListPartitionReassignments)) return new Map();
  const question = { timeout: cluster.settings.timeout, topics: null };
  const answer = await cluster.ask(ListPartitionReassignments, question, {
    to: 'controller',
    repeatable: true,
  });
  return new Map(
    answer.topics.map(({ name, partitions }) => [
      name,
      new Map(
        partitions.map(({ index, replicas, adding, removing }) => [
          index,
          { to: replicas.filter((id) => !removing.includes(id)), adding },
        ]),
      ),
    ]),
  );
}
