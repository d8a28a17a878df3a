import type { Cluster } from '../cluster.ts';
import { api, int8, int16, int32, nullable, nullableString, string } from '../protocol/codec.ts';

/** What became of each partition that was asked for. */
const VERDICTS = [{ index: int32, error: int16, message: nullableString }] as const;

/** `topics: null` asks for all partitions. */
export const ElectLeaders = api(
  { key: 43, name: 'ElectLeaders', version: 1, flexible: false },
  { unclean: int8, topics: nullable([{ topic: string, partitions: [int32] }]), timeout: int32 },
  { throttle: int32, error: int16, results: [{ topic: string, partitions: VERDICTS }] },
);

export const AlterPartitionReassignments = api(
  { key: 45, name: 'AlterPartitionReassignments', version: 0, flexible: true },
  { timeout: int32, topics: [{ name: string, partitions: [{ index: int32, replicas: nullable([int32]) }] }] },
  {
    throttle: int32,
    error: int16,
    message: nullableString,
    topics: [{ name: string, partitions: VERDICTS }],
  },
);

/** `topics: null` asks for all that are under way. */
export const ListPartitionReassignments = api(
  { key: 46, name: 'ListPartitionReassignments', version: 0, flexible: true },
  { timeout: int32, topics: nullable([{ name: string, partitions: [int32] }]) },
  {
    throttle: int32,
    error: int16,
    message: nullableString,
    topics: [
      { name: string, partitions: [{ index: int32, replicas: [int32], adding: [int32], removing: [int32] }] },
    ],
  },
);

/** A partition that is on its way. */
export interface Reassignment {
  /** The brokers that are to have it, the preferred leader first. */
  readonly to: readonly number[];
  /** Those of them that did not have it. */
  readonly adding: readonly number[];
}

/** Partitions that are on their way, by number, by topic. */
export type Reassignments = ReadonlyMap<string, ReadonlyMap<number, Reassignment>>;

/** Reassignments under way. Without the right to see them (Describe on the cluster), none. */
export async function listReassignments(cluster: Cluster): Promise<Reassignments> {
  if (!cluster.offers(ListPartitionReassignments)) return new Map();
  const request = { timeout: cluster.settings.timeout, topics: null };
  const response = await cluster.request(ListPartitionReassignments, request, {
    to: 'controller',
    repeatable: true,
  });
  return new Map(
    response.topics.map(({ name, partitions }) => [
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
