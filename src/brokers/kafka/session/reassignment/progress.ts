import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, groupBy, type SendOptions } from '../../../../model/index.ts';
import { progressText, type ReassignmentProgress } from '../../kinds/topic/metrics.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { type LogSizes, partitionKey, readLogSizes } from '../topics/log-sizes.ts';
import { type Copies, isMoving, listReassignments, type Reassignments } from './reassignments.ts';

/** Partitions by topic, as requests name them. */
export function partitionsByTopic(
  copies: readonly Pick<Copies, 'topic' | 'partition'>[],
): Map<string, number[]> {
  const byTopic = groupBy(copies, ({ topic }) => topic);
  return new Map([...byTopic].map(([topic, own]) => [topic, own.map(({ partition }) => partition)]));
}

export interface ClusterView {
  /** Of all topics that the copies are of. */
  readonly topics: readonly TopicMetadata[];
  readonly sizes: LogSizes | undefined;
  /** Currently moving partitions, by {@link partitionKey}. */
  readonly running: ReadonlySet<string>;
  /** Partitions whose move has not begun. */
  readonly ahead?: ReadonlySet<string>;
}

/** Progress of these copies. A copy that has arrived counts in full, even if its log was truncated since. */
export function progressOf(
  cluster: Pick<Cluster, 'brokers'>,
  copies: readonly Copies[],
  view: ClusterView,
): ReassignmentProgress {
  const { sizes, running, ahead } = view;
  const inSync = new Map(
    view.topics.flatMap(({ name, partitions }) =>
      partitions.map((one) => [partitionKey(name, one.index), one.inSync] as const),
    ),
  );
  const late = new Set<number>();
  let moved = 0;
  let copied = 0;
  for (const copy of copies) {
    const place = partitionKey(copy.topic, copy.partition);
    const isRunning = running.has(place);
    const isThere = !isRunning && !ahead?.has(place);
    if (isThere) moved++;
    const whole = wholeSize(copy, sizes);
    for (const id of copy.brokers) {
      copied += isThere ? whole : Math.min(whole, sizes?.get(id)?.get(place) ?? 0);
      if (isRunning && !inSync.get(place)?.includes(id)) late.add(id);
    }
  }
  const waitingFor = [...late].sort((a, b) => a - b);
  const up = new Set(cluster.brokers.map(({ id }) => id));
  return {
    partitions: copies.length,
    moved,
    ...(sizes && { bytes: bytesToCopy(copies, sizes), copied }),
    waitingFor,
    down: waitingFor.filter((id) => !up.has(id)),
  };
}

/** Bytes that all of these copies are. */
export function bytesToCopy(copies: readonly Copies[], sizes: LogSizes): number {
  return copies.reduce((sum, copy) => sum + wholeSize(copy, sizes) * copy.brokers.length, 0);
}

/** The size of the partition where it is whole: nowhere it is larger. */
function wholeSize(copy: Copies, sizes: LogSizes | undefined): number {
  const place = partitionKey(copy.topic, copy.partition);
  return [...(sizes?.values() ?? [])].reduce((most, own) => Math.max(most, own?.get(place) ?? 0), 0);
}

/** How long the cluster may be away while we wait for it; milliseconds. */
const OUTAGE_LIMIT = 60_000;
/** Sizes of logs are asked of every broker, so not as often as what is still on its way; milliseconds. */
const MEASURED_EVERY = 2_000;

/** Observes copies and reports their progress. */
export class Watch {
  readonly #cluster: Cluster;
  readonly #copies: readonly Copies[];
  readonly #onWork: SendOptions['onWork'];
  readonly #ahead: Set<string>;
  #measuredAt = Number.NEGATIVE_INFINITY;

  /** @param copies those that are begun later, with {@link begin}, among them */
  constructor(cluster: Cluster, copies: readonly Copies[], onWork: SendOptions['onWork']) {
    this.#cluster = cluster;
    this.#copies = copies;
    this.#onWork = onWork;
    this.#ahead = new Set(copies.map(({ topic, partition }) => partitionKey(topic, partition)));
  }

  begin(copies: readonly Pick<Copies, 'topic' | 'partition'>[]): void {
    for (const copy of copies) this.#ahead.delete(partitionKey(copy.topic, copy.partition));
  }

  /** Reports progress to `onWork`, at most once in {@link MEASURED_EVERY}. */
  async report(running: Reassignments): Promise<void> {
    if (!this.#onWork || Date.now() - this.#measuredAt < MEASURED_EVERY) return;
    const view = await this.#view(running).catch(() => undefined);
    this.#measuredAt = Date.now();
    if (view) this.#onWork(`moving replicas: ${progressText(progressOf(this.#cluster, this.#copies, view))}`);
  }

  /** Progress in words by topic name. */
  async progressByTopic(running: Reassignments): Promise<Map<string, string>> {
    const view = await this.#view(running);
    const names = new Set(this.#copies.map(({ topic }) => topic));
    return new Map(
      [...names].map((name) => {
        const own = this.#copies.filter(({ topic }) => topic === name);
        return [name, progressText(progressOf(this.#cluster, own, view))];
      }),
    );
  }

  async #view(running: Reassignments): Promise<ClusterView> {
    const places = partitionsByTopic(this.#copies);
    const [topics, sizes] = await Promise.all([
      this.#cluster.metadata([...places.keys()]),
      readLogSizes(this.#cluster, places).catch(() => undefined),
    ]);
    const moving = [...running].flatMap(([topic, partitions]) =>
      [...partitions.keys()].map((partition) => partitionKey(topic, partition)),
    );
    return { topics, sizes, running: new Set(moving), ahead: this.#ahead };
  }

  end(): void {
    this.#onWork?.();
  }
}

/** Waits without limit for partitions to arrive. Returns the error if the cluster stays unreachable. */
export async function untilMoved(
  cluster: Cluster,
  waited: readonly Pick<Copies, 'topic' | 'partition'>[],
  watch: Watch,
  { drain, abort }: SendOptions,
): Promise<'moved' | 'drained' | ConnectionError> {
  let lastAnswer = Date.now();
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1_000)) {
    try {
      const running = await listReassignments(cluster);
      lastAnswer = Date.now();
      if (!waited.some((one) => isMoving(running, one))) return 'moved';
      await watch.report(running);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (Date.now() - lastAnswer > OUTAGE_LIMIT) return error;
    }
    if (drain.aborted || abort.aborted) return 'drained';
    await sleep(pause);
  }
}
