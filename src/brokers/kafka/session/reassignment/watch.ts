import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, type SendOptions } from '../../../../model/index.ts';
import { progressText } from '../../kinds/topic/metrics.ts';
import type { Cluster } from '../cluster.ts';
import { partitionKey, readLogSizes } from '../topics/log-sizes.ts';
import { type ClusterView, type Copies, partitionsByTopic, progressOf } from './progress.ts';
import { listReassignments, type Reassignments } from './reassignments.ts';

/** How long the cluster may be away while we wait for it; milliseconds. */
const PATIENCE = 60_000;
/** Sizes of logs are asked of every broker, so not as often as what is still on its way; milliseconds. */
const MEASURED_EVERY = 2_000;

/** Copies that are waited for, and how far they are by what was last seen. */
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
    this.#ahead = new Set(copies.map(partitionKey));
  }

  begin(copies: readonly Pick<Copies, 'topic' | 'partition'>[]): void {
    for (const copy of copies) this.#ahead.delete(partitionKey(copy));
  }

  /** Tells how far it is, where anybody listens and the last time is not just now. */
  async report(running: Reassignments): Promise<void> {
    if (!this.#onWork || Date.now() - this.#measuredAt < MEASURED_EVERY) return;
    const view = await this.#settleWhenVisible(running).catch(() => undefined);
    this.#measuredAt = Date.now();
    if (view) this.#onWork(`moving replicas: ${progressText(progressOf(this.#cluster, this.#copies, view))}`);
  }

  /** How far each topic is, for people; by its name. */
  async progressByTopic(running: Reassignments): Promise<Map<string, string>> {
    const view = await this.#settleWhenVisible(running);
    const names = new Set(this.#copies.map(({ topic }) => topic));
    return new Map(
      [...names].map((name) => {
        const own = this.#copies.filter(({ topic }) => topic === name);
        return [name, progressText(progressOf(this.#cluster, own, view))];
      }),
    );
  }

  async #settleWhenVisible(running: Reassignments): Promise<ClusterView> {
    const places = partitionsByTopic(this.#copies);
    const [topics, sizes] = await Promise.all([
      this.#cluster.metadata([...places.keys()]),
      readLogSizes(this.#cluster, places).catch(() => undefined),
    ]);
    const moving = [...running].flatMap(([topic, partitions]) =>
      [...partitions.keys()].map((partition) => partitionKey({ topic, partition })),
    );
    return { topics, sizes, running: new Set(moving), ahead: this.#ahead };
  }

  end(): void {
    this.#onWork?.();
  }
}

/** Waits for partitions to arrive, however long that takes. What is neither of the words is why nobody knows. */
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
      if (waited.every(({ topic, partition }) => !running.get(topic)?.has(partition))) return 'moved';
      await watch.report(running);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (Date.now() - lastAnswer > PATIENCE) return error;
    }
    if (drain.aborted || abort.aborted) return 'drained';
    await sleep(pause);
  }
}
