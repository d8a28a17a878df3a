import { append, ConnectionError, countOf, roughSize, type SendOptions } from '../../../../model/index.ts';
import type { TopicReassign } from '../../kinds/topic/index.ts';
import type { Cluster } from '../cluster.ts';
import { type Item, notStarted, type Result, resultOf } from '../executor.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { type LogSizes, readLogSizes } from '../topics/log-sizes.ts';
import { untilSeen } from '../visibility.ts';
import { electPreferred, removeThrottle } from './complete-reassignments.ts';
import { bytesToCopy, partitionsByTopic, untilMoved, Watch } from './progress.ts';
import {
  copiesOf,
  isMoving,
  listReassignments,
  type Move,
  movesOf,
  OP,
  type Reassignments,
  submit,
} from './reassignments.ts';
import { throttle } from './throttle.ts';

const SEEN = 5_000;
/** How long a detached run waits for moves that end at once, such as those of empty partitions; milliseconds. */
const MOMENT = 1_000;

/**
 * Moves partitions of topics batch by batch, each throttled, and waits for each batch to end. What is on its way to
 * the same place already is only waited for; what somebody else moves elsewhere is left alone, and told. The throttle
 * goes with the last batch; where a run was cut off, `topic.settle` of the next one sees to it. Detached, all batches
 * are begun, one behind the other, and none is waited for: the throttle alone bounds them.
 */
export async function reassign(
  cluster: Cluster,
  items: readonly Item<TopicReassign>[],
  options: SendOptions,
): Promise<void> {
  const names = items.map((item) => item.body.name);
  const seen = await Promise.all([cluster.metadata(names), listReassignments(cluster)]).catch(failed);
  if ('status' in seen) {
    for (const item of items) item.settle(seen);
    return;
  }
  const [topics, running] = seen;
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  const run = new Run(cluster, running, options);
  for (const item of items) run.add(item, movesOf(item.body, byName.get(item.body.name), running));
  await run.start();
  if (options.detach) await run.leave();
  await run.finish(names);
}

/** Topics that move together. None is settled before the throttle is removed, as the session may close then. */
class Run {
  readonly #cluster: Cluster;
  readonly #running: Reassignments;
  readonly #options: SendOptions;
  /** Those that are not settled yet, by topic. */
  readonly #open = new Map<string, Item<TopicReassign>>();
  readonly #results: { item: Item<TopicReassign>; result: Result }[] = [];
  readonly #moves: Move[] = [];
  readonly #begun = new Set<string>();
  #sizes: LogSizes | undefined;

  constructor(cluster: Cluster, running: Reassignments, options: SendOptions) {
    this.#cluster = cluster;
    this.#running = running;
    this.#options = options;
  }

  add(item: Item<TopicReassign>, work: ReturnType<typeof movesOf>): void {
    this.#open.set(item.body.name, item);
    if ('failure' in work) this.#settle(item.body.name, { status: 'failed', failure: work.failure });
    else append(this.#moves, work.moves);
  }

  async start(): Promise<void> {
    const copies = this.#moves.map(copiesOf);
    const watch = new Watch(this.#cluster, copies, this.#options.onWork);
    this.#sizes = await this.#readSizes();
    if (this.#options.detach)
      await this.#attempt(this.#moves, () => throttle(this.#cluster, this.#fresh(this.#moves)));
    const size = this.#cluster.settings.reassignment.batch;
    for (let at = 0; at < this.#moves.length; at += size) {
      const batch = this.#moves.slice(at, at + size).filter((move) => this.#open.has(move.topic));
      if (batch.length === 0) continue;
      if (this.#options.drain.aborted) {
        for (const { topic } of batch)
          this.#settle(topic, this.#begun.has(topic) ? INTERRUPTED : notStarted(OP));
        continue;
      }
      await this.#attempt(batch, () => this.#runBatch(batch, watch));
    }
    watch.end();
  }

  /** Leaves to the cluster what does not arrive in a moment. */
  async leave(): Promise<void> {
    let running: Reassignments | undefined;
    // Unknown counts as still running.
    const isRunning = (move: Move) => !running || isMoving(running, move);
    await untilSeen(MOMENT, async () => {
      running = await listReassignments(this.#cluster);
      return !this.#moves.some(isRunning);
    });
    const late = new Set(this.#moves.filter(isRunning).map(({ topic }) => topic));
    for (const topic of late) this.#settle(topic, { status: 'under-way', note: this.#toDo(topic) });
  }

  /** Removes the throttle, elects preferred leaders, and settles each topic. */
  async finish(names: readonly string[]): Promise<void> {
    const lifted = await removeThrottle(this.#cluster, names).catch((error: unknown) => error);
    await electPreferred(
      this.#cluster,
      this.#moves.filter(({ topic }) => this.#open.has(topic)),
    );
    let shown: readonly TopicMetadata[] = [];
    const arrived = ({ body }: Item<TopicReassign>) => {
      const partitions = shown.find((topic) => topic.name === body.name)?.partitions ?? [];
      return Object.entries(body.replicas).every(
        ([index, ids]) =>
          String(partitions.find((one) => one.index === Number(index))?.replicas) === String(ids),
      );
    };
    await untilSeen(SEEN, async () => {
      shown = await this.#cluster.metadata([...this.#open.keys()]);
      return [...this.#open.values()].every(arrived);
    });
    for (const [topic, item] of this.#open) {
      if (!arrived(item)) this.#settle(topic, lifted instanceof ConnectionError ? failed(lifted) : MISPLACED);
      else if (lifted instanceof Error) this.#settle(topic, stillThrottled(lifted));
      else this.#settle(topic, { status: 'done', ...this.#didIt(topic) });
    }
    for (const { item, result } of this.#results) item.settle(result);
  }

  async #runBatch(batch: readonly Move[], watch: Watch): Promise<void> {
    const fresh = this.#fresh(batch);
    if (!this.#options.detach) await throttle(this.#cluster, fresh);
    for (const [topic, failure] of await submit(this.#cluster, fresh)) {
      this.#settle(topic, { status: 'failed', failure });
    }
    for (const { topic } of batch) this.#begun.add(topic);
    watch.begin(batch);
    if (this.#options.detach) return;
    const ended = await untilMoved(this.#cluster, batch, watch, this.#options);
    if (ended === 'moved') return;
    const seen = ended === 'drained' ? await this.#soFar(watch) : new Map<string, string>();
    for (const { topic } of batch) {
      const note = ['stopped waiting', seen.get(topic) ?? []].flat().join(': ');
      this.#settle(topic, ended === 'drained' ? { status: 'under-way', note } : failed(ended));
    }
  }

  /** Moves that are not running yet. */
  #fresh(moves: readonly Move[]): Move[] {
    return moves.filter((move) => !isMoving(this.#running, move));
  }

  /** What fails here fails for all topics of the batch. */
  async #attempt(batch: readonly Move[], work: () => Promise<void>): Promise<void> {
    const result = await work().then(() => undefined, failed);
    if (result) for (const { topic } of batch) this.#settle(topic, result);
  }

  #settle(topic: string, result: Result): void {
    const item = this.#open.get(topic);
    if (item) this.#results.push({ item, result });
    this.#open.delete(topic);
  }

  async #readSizes(): Promise<LogSizes | undefined> {
    const copying = this.#moves.filter((move) => copiesOf(move).brokers.length > 0);
    if (copying.length === 0) return new Map();
    return readLogSizes(this.#cluster, partitionsByTopic(copying)).catch(() => undefined);
  }

  async #soFar(watch: Watch): Promise<ReadonlyMap<string, string>> {
    const running = await listReassignments(this.#cluster).catch(() => undefined);
    return (running && (await watch.progressByTopic(running).catch(() => undefined))) ?? new Map();
  }

  #didIt(topic: string): { note?: string } {
    if (!this.#moves.some((move) => move.topic === topic)) return {};
    const { count, size } = this.#sum(topic);
    return { note: `moved ${count}${size === undefined ? '' : `, ${size} copied`}` };
  }

  #toDo(topic: string): string {
    const { count, size } = this.#sum(topic);
    const rate = roughSize(this.#cluster.settings.reassignment.throttle);
    return `${count} on the way${size === undefined ? '' : `, ${size} to copy, each broker at most ${rate} a second`}`;
  }

  #sum(topic: string): { count: string; size: string | undefined } {
    const own = this.#moves.filter((move) => move.topic === topic);
    const bytes = this.#sizes && bytesToCopy(own.map(copiesOf), this.#sizes);
    return { count: countOf(own.length, 'partition'), size: bytes ? roughSize(bytes) : undefined };
  }
}

/** Some of its partitions have moved or are moving, others were not begun. */
const INTERRUPTED: Result = {
  status: 'failed',
  failure: {
    op: OP,
    message: 'stopped before all of its partitions were moved',
    hint: 'a later run moves the rest, and takes the throttle away',
  },
};

/** No reassignment runs any more, and the replicas are not in place. */
const MISPLACED: Result = {
  status: 'failed',
  failure: {
    op: OP,
    message: 'the move ended, and the replicas are not where they should be: was it cancelled?',
  },
};

function stillThrottled({ message: why }: Error): Result {
  const message = `moved, but the throttle could not be taken away: ${why}`;
  return { status: 'failed', failure: { op: OP, message, hint: 'a later run takes it away' } };
}

const failed = (error: unknown) => resultOf(OP, error);
