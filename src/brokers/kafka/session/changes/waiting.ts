import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, type SendOptions } from '../../../../model/index.ts';
import { type HowFar, howFarText } from '../../how-far.ts';
import type { Cluster } from '../cluster.ts';
import { type Copies, howFar, placeOf } from '../copies.ts';
import { readLogSizes } from '../log-sizes.ts';
import { listMoves, type Moves } from '../moves.ts';

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
    this.#ahead = new Set(copies.map(placeOf));
  }

  begin(copies: readonly Pick<Copies, 'topic' | 'partition'>[]): void {
    for (const copy of copies) this.#ahead.delete(placeOf(copy));
  }

  /** Tells how far it is, where anybody listens and the last time is not just now. */
  async look(running: Moves): Promise<void> {
    if (!this.#onWork || Date.now() - this.#measuredAt < MEASURED_EVERY) return;
    const seen = await this.measure(running).catch(() => undefined);
    this.#measuredAt = Date.now();
    if (seen) this.#onWork(`moving replicas: ${howFarText(seen)}`);
  }

  async measure(running: Moves): Promise<HowFar> {
    const places = new Map<string, number[]>();
    for (const { topic, partition } of this.#copies) {
      places.set(topic, [...(places.get(topic) ?? []), partition]);
    }
    const [topics, sizes] = await Promise.all([
      this.#cluster.metadata([...places.keys()]),
      readLogSizes(this.#cluster, places).catch(() => undefined),
    ]);
    const moving = [...running].flatMap(([topic, partitions]) =>
      [...partitions.keys()].map((partition) => placeOf({ topic, partition })),
    );
    const sight = { topics, sizes, running: new Set(moving), ahead: this.#ahead };
    return howFar(this.#cluster, this.#copies, sight);
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
      const running = await listMoves(cluster);
      lastAnswer = Date.now();
      if (waited.every(({ topic, partition }) => !running.get(topic)?.has(partition))) return 'moved';
      await watch.look(running);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (Date.now() - lastAnswer > PATIENCE) return error;
    }
    if (drain.aborted || abort.aborted) return 'drained';
    await sleep(pause);
  }
}
