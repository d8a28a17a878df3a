import type { Cluster } from '../cluster.ts';
import {
  api,
  array,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  string,
  struct,
} from '../protocol/codec.ts';

/** What became of each partition that was asked for. */
const VERDICTS = array(struct({ index: int32, error: int16, message: nullableString }));

/** `topics: null` asks for all partitions. */
export const ElectLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  version: 1,
  flexible: false,
  question: struct({
    unclean: int8,
    topics: nullableArray(struct({ topic: string, partitions: array(int32) })),
    timeout: int32,
  }),
  answer: struct({
    throttle: int32,
    error: int16,
    results: array(
      struct({
        topic: string,
        partitions: VERDICTS,
      }),
    ),
  }),
});

export const AlterPartitionReassignments = api({
  key: 45,
  name: 'AlterPartitionReassignments',
  version: 0,
  flexible: true,
  question: struct({
    timeout: int32,
    topics: array(
      struct({ name: string, partitions: array(struct({ index: int32, replicas: nullableArray(int32) })) }),
    ),
  }),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    topics: array(
      struct({
        name: string,
        partitions: VERDICTS,
      }),
    ),
  }),
});

/** `topics: null` asks for all that are under way. */
export const ListPartitionReassignments = api({
  key: 46,
  name: 'ListPartitionReassignments',
  version: 0,
  flexible: true,
  question: struct({
    timeout: int32,
    topics: nullableArray(struct({ name: string, partitions: array(int32) })),
  }),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ index: int32, replicas: array(int32), adding: array(int32), removing: array(int32) }),
        ),
      }),
    ),
  }),
});

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
