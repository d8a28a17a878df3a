import { type Failure, groupBy } from '../../../../model/index.ts';
import type { TopicReassign } from '../../kinds/topic/index.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { api, int8, int16, int32, nullable, nullableString, string } from '../protocol/codec.ts';
import { CODE } from '../protocol/errors.ts';
import { failureOf } from '../refusals.ts';

/** The result for each requested partition. */
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

/** A moving partition. */
export interface Reassignment {
  /** The brokers that are to have it, the preferred leader first. */
  readonly to: readonly number[];
  /** Those of them that did not have it. */
  readonly adding: readonly number[];
}

/** Moving partitions by topic and number. */
export type Reassignments = ReadonlyMap<string, ReadonlyMap<number, Reassignment>>;

/** Whether a partition moves. */
export function isMoving(
  running: Reassignments,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): boolean {
  return running.get(topic)?.has(partition) === true;
}

/** Running reassignments; none without the right to see them (Describe on the cluster). */
export async function listReassignments(cluster: Cluster): Promise<Reassignments> {
  if (!cluster.offers(ListPartitionReassignments)) return new Map();
  const request = { timeout: cluster.settings.timeout, topics: null };
  const response = await cluster.request(ListPartitionReassignments, request, 'controller');
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

/** A partition, and the brokers that get a copy of it; none where only copies are given up. */
export interface Copies {
  readonly topic: string;
  readonly partition: number;
  readonly brokers: readonly number[];
}

export const OP = 'move partitions';

/** A partition that moves: where it is, and where it is to be. */
export interface Move {
  readonly topic: string;
  readonly partition: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Brokers that get a copy that they do not have yet. */
export function addedBy({ from, to }: Move): number[] {
  return to.filter((id) => !from.includes(id));
}

export function copiesOf(move: Move): Copies {
  return { topic: move.topic, partition: move.partition, brokers: addedBy(move) };
}

/** The remaining moves of a topic, or why they are impossible. */
export function movesOf(
  { name, replicas }: TopicReassign,
  topic: TopicMetadata | undefined,
  running: Reassignments,
): { moves: Move[] } | { failure: Failure } {
  if (!topic || topic.error === CODE.UNKNOWN_TOPIC_OR_PARTITION) {
    return { failure: { op: OP, status: 'UNKNOWN_TOPIC_OR_PARTITION', message: 'the topic is gone' } };
  }
  const moves: Move[] = [];
  for (const [index, to] of Object.entries(replicas)) {
    const partition = Number(index);
    const found = topic.partitions.find((one) => one.index === partition);
    const underWay = running.get(name)?.get(partition);
    if (underWay && String(underWay.to) !== String(to)) {
      const message = `partition ${index} is being moved to brokers ${underWay.to.join(', ')} by somebody else`;
      const hint = 'wait until that has ended, or cancel it with kafka-reassign-partitions --cancel';
      return { failure: { op: OP, status: 'REASSIGNMENT_IN_PROGRESS', message, hint } };
    }
    const from = (found?.replicas ?? []).filter((id) => !underWay?.adding.includes(id));
    if (underWay || String(from) !== String(to)) moves.push({ topic: name, partition, from, to });
  }
  return { moves };
}

/**
 * Submits moves, which the cluster then carries out by itself.
 * @returns refused topics with the reason
 */
export async function submit(cluster: Cluster, moves: readonly Move[]): Promise<Map<string, Failure>> {
  const refused = new Map<string, Failure>();
  if (moves.length === 0) return refused;
  const fail = (topic: string, code: number, message: string | null) =>
    refused.set(topic, failureOf(cluster.settings, { op: OP, code, message, right: { operation: 'Alter' } }));
  const topics = [...groupBy(moves, ({ topic }) => topic)].map(([name, own]) => ({
    name,
    partitions: own.map(({ partition, to }) => ({ index: partition, replicas: to })),
  }));
  const request = { timeout: cluster.settings.timeout, topics };
  const response = await cluster.request(AlterPartitionReassignments, request, 'controller');
  if (response.error !== 0) for (const { name } of topics) fail(name, response.error, response.message);
  for (const { name, partitions } of response.topics) {
    for (const { index, error, message } of partitions) {
      if (error !== 0) fail(name, error, `partition ${index}: ${message ?? 'refused'}`);
    }
  }
  return refused;
}
