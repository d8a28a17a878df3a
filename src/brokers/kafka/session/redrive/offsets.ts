import type { Cluster } from '../cluster.ts';
import { OffsetCommit } from '../protocol/messages.ts';
import { refused } from '../refusals.ts';
import { OffsetFetch } from '../topics/offsets.ts';
import type { Coordinator } from './coordinator.ts';
import { Progress } from './progress.ts';

/** What is committed of one partition. */
export interface Commit {
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/**
 * Milliseconds for which a commit is kept: ten years. A cluster forgets others after a week without a consumer
 * (`offsets.retention.minutes`), and all that was redriven would be redriven again. They go with the topic.
 */
const RETENTION = 10 * 365 * 86_400_000;

/** The progress of each partition. @param starts the first offsets of their logs @throws BrokerError, ConnectionError */
export async function readProgress(
  cluster: Cluster,
  coordinator: Coordinator,
  { group, topic }: { readonly group: string; readonly topic: string },
  starts: ReadonlyMap<number, number>,
): Promise<Map<number, Progress>> {
  const topics = [{ name: topic, partitions: [...starts.keys()] }];
  const asked = { groups: [{ id: group, topics }], stable: true };
  const response = await coordinator.ask(
    (to) => cluster.request(OffsetFetch, asked, to),
    ({ groups: [found] }) =>
      found?.error || (found?.topics[0]?.partitions ?? []).find(({ error }) => error)?.error || 0,
  );
  const [found] = response.groups;
  const partitions = found?.topics[0]?.partitions ?? [];
  const code = found?.error || partitions.find(({ error }) => error !== 0)?.error || 0;
  const right = { operation: 'Describe', group } as const;
  if (code !== 0) throw refused(cluster.settings, { op: `read the offsets of ${group}`, code, right });
  const committed = new Map(partitions.map((partition) => [partition.index, partition]));
  return new Map(
    [...starts].map(([partition, start]) => {
      const { offset = -1, metadata } = committed.get(partition) ?? {};
      return [
        partition,
        offset < 0 ? Progress.none(start) : Progress.read(offset, metadata ?? '', start),
      ] as const;
    }),
  );
}

/** Commits outside of a transaction, to be kept for long. @throws BrokerError, ConnectionError */
export async function commit(
  cluster: Cluster,
  coordinator: Coordinator,
  { group, topic }: { readonly group: string; readonly topic: string },
  commits: readonly Commit[],
): Promise<void> {
  if (commits.length === 0) return;
  const partitions = commits.map(({ partition: index, offset, metadata }) => ({ index, offset, metadata }));
  const body = {
    group,
    generation: -1,
    member: '',
    retention: RETENTION,
    topics: [{ name: topic, partitions }],
  };
  const codeIn = (response: { topics: readonly { partitions: readonly { error: number }[] }[] }) =>
    response.topics.flatMap((one) => one.partitions).find(({ error }) => error !== 0)?.error ?? 0;
  const response = await coordinator.ask((to) => cluster.request(OffsetCommit, body, to), codeIn);
  const code = codeIn(response);
  const right = { operation: 'Read', group } as const;
  if (code !== 0) throw refused(cluster.settings, { op: `commit the offsets of ${group}`, code, right });
}
