import { ConnectionError, type SendOptions } from '../../../../model/index.ts';
import type { Cluster } from '../cluster.ts';
import { type Item, type Result, resultOf } from '../executor.ts';
import { partitionsByTopic, untilMoved, Watch } from './progress.ts';
import {
  type Copies,
  ElectLeaders,
  isMoving,
  listReassignments,
  type Reassignments,
} from './reassignments.ts';
import { clearMarks, clearRates, type Mark, readMarks, setRates } from './throttle.ts';

const OP = 'settle reassignment';

/**
 * Sees moves of ours to their end that an earlier run did not, as fast as the connection says by now, and takes their
 * throttle away. What others move is left alone.
 */
export async function completeReassignments(
  cluster: Cluster,
  items: readonly Item<{ name: string }>[],
  options: SendOptions,
): Promise<void> {
  const names = items.map((item) => item.body.name);
  try {
    const results = await finishMarked(cluster, await readMarks(cluster, names), options);
    await removeThrottle(cluster, names);
    for (const item of items) item.settle(results.get(item.body.name) ?? { status: 'done' });
  } catch (error) {
    const result = resultOf(OP, error);
    for (const item of items) item.settle(result);
  }
}

/** @returns results of topics that still move; all others have arrived */
async function finishMarked(
  cluster: Cluster,
  marks: ReadonlyMap<string, Mark>,
  options: SendOptions,
): Promise<Map<string, Result>> {
  const copies = [...marks].flatMap(([topic, mark]) =>
    [...mark.copies].map(([partition, brokers]): Copies => ({ topic, partition, brokers })),
  );
  const watch = new Watch(cluster, copies, options.onWork);
  watch.begin(copies);
  const begun = stillMoving(copies, await listReassignments(cluster));
  if (begun.length > 0) {
    await setRates(cluster, new Set([...marks.values()].flatMap(({ brokers }) => [...brokers])));
  }
  const ended = options.detach ? 'drained' : await untilMoved(cluster, begun, watch, options);
  watch.end();
  if (ended instanceof ConnectionError) throw ended;
  const running = await listReassignments(cluster);
  const late = new Set(stillMoving(copies, running).map(({ topic }) => topic));
  await electPreferred(
    cluster,
    copies.filter(({ topic }) => !late.has(topic)),
  );
  if (late.size === 0) return new Map();
  const seen = await watch.progressByTopic(running);
  return new Map([...late].map((topic) => [topic, { status: 'under-way', note: seen.get(topic) ?? '' }]));
}

function stillMoving(copies: readonly Copies[], running: Reassignments): Copies[] {
  return copies.filter((copy) => isMoving(running, copy));
}

/**
 * Takes the throttle off these topics, where nothing of ours moves any more, and off the brokers, where that is so of
 * every topic. From the brokers first: as long as a topic has its mark, a later run knows that there is something to
 * take away.
 */
export async function removeThrottle(cluster: Cluster, topics: readonly string[]): Promise<void> {
  const running = await listReassignments(cluster);
  // Reassignments of other tools, without our mark, do not need our throttle.
  const marks = await readMarks(cluster, [...running.keys()]);
  const busy = new Set(
    [...marks].flatMap(([name, { copies }]) =>
      [...(running.get(name)?.keys() ?? [])].some((partition) => copies.has(partition)) ? [name] : [],
    ),
  );
  if (busy.size === 0) await clearRates(cluster);
  await clearMarks(
    cluster,
    topics.filter((name) => !busy.has(name)),
  );
}

/**
 * Lets the first replica of each partition lead. Where that fails, leaders stay where they are until Kafka itself
 * moves them (auto.leader.rebalance.enable).
 */
export async function electPreferred(
  cluster: Cluster,
  places: readonly { readonly topic: string; readonly partition: number }[],
): Promise<void> {
  if (places.length === 0 || !cluster.offers(ElectLeaders)) return;
  const topics = [...partitionsByTopic(places)].map(([topic, partitions]) => ({ topic, partitions }));
  const request = { unclean: 0, topics, timeout: cluster.settings.timeout };
  await cluster.request(ElectLeaders, request, 'controller').catch(() => {});
}
