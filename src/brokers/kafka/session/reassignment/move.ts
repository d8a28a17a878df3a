import type { Failure } from '../../../../model/index.ts';
import type { TopicReassign } from '../../kinds/topic/calls.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { UNKNOWN_TOPIC } from '../protocol/errors.ts';
import { failureOf } from '../refusals.ts';
import type { Copies } from './progress.ts';
import { AlterPartitionReassignments, type Reassignments } from './reassignments.ts';

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

/** What is still to be moved of a topic, or why it cannot be. */
export function movesOf(
  { name, replicas }: TopicReassign,
  topic: TopicMetadata | undefined,
  running: Reassignments,
): { moves: Move[] } | { failure: Failure } {
  if (!topic || topic.error === UNKNOWN_TOPIC) {
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
 * Asks for these moves; the cluster goes on with them by itself.
 * @returns the topics that were refused, and why.
 */
export async function submit(cluster: Cluster, moves: readonly Move[]): Promise<Map<string, Failure>> {
  const refused = new Map<string, Failure>();
  if (moves.length === 0) return refused;
  const fail = (topic: string, code: number, message: string | null) =>
    refused.set(topic, failureOf(cluster.settings, { op: OP, code, message, right: { operation: 'Alter' } }));
  const topics = [...new Set(moves.map((move) => move.topic))].map((name) => ({
    name,
    partitions: moves
      .filter((move) => move.topic === name)
      .map(({ partition, to }) => ({ index: partition, replicas: to })),
  }));
  const request = { timeout: cluster.settings.timeout, topics };
  const response = await cluster.request(AlterPartitionReassignments, request, {
    to: 'controller',
    repeatable: true,
  });
  if (response.error !== 0) for (const { name } of topics) fail(name, response.error, response.message);
  for (const { name, partitions } of response.topics) {
    for (const { index, error, message } of partitions) {
      if (error !== 0) fail(name, error, `partition ${index}: ${message ?? 'refused'}`);
    }
  }
  return refused;
}
