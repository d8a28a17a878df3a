import { ConnectionError, type SendOptions } from '../../../../model/index.ts';
import type { Cluster } from '../cluster.ts';
import type { Copies } from '../copies.ts';
import { listMoves, type Moves } from '../moves.ts';
import { type Mark, readMarks } from '../throttle.ts';
import { type Item, type Result, resultOf } from './carry-out.ts';
import { electPreferred, liftThrottle } from './finishing.ts';
import { limitRates } from './throttling.ts';
import { untilMoved, Watch } from './waiting.ts';

const OP = 'settle reassignment';

/**
 * Sees moves of ours to their end that an earlier run did not, as fast as the connection says by now, and takes their
 * throttle away. What others move is left alone.
 */
export async function settle(
  cluster: Cluster,
  items: readonly Item<{ name: string }>[],
  options: SendOptions,
): Promise<void> {
  const names = items.map((item) => item.body.name);
  try {
    const results = await finishMarked(cluster, await readMarks(cluster, names), options);
    await liftThrottle(cluster, names);
    for (const item of items) item.settle(results.get(item.body.name) ?? { status: 'done' });
  } catch (error) {
    const result = resultOf(OP, error);
    for (const item of items) item.settle(result);
  }
}

/** @returns what has become of the topics that are still on their way; all others are there. */
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
  const begun = stillMoving(copies, await listMoves(cluster));
  if (begun.length > 0) {
    await limitRates(cluster, new Set([...marks.values()].flatMap(({ brokers }) => [...brokers])));
  }
  const ended = options.detach ? 'drained' : await untilMoved(cluster, begun, watch, options);
  watch.end();
  if (ended instanceof ConnectionError) throw ended;
  const running = await listMoves(cluster);
  const late = new Set(stillMoving(copies, running).map(({ topic }) => topic));
  await electPreferred(
    cluster,
    copies.filter(({ topic }) => !late.has(topic)),
  );
  if (late.size === 0) return new Map();
  const seen = await watch.tellEach(running);
  return new Map([...late].map((topic) => [topic, { status: 'under-way', note: seen.get(topic) ?? '' }]));
}

function stillMoving(copies: readonly Copies[], running: Moves): Copies[] {
  return copies.filter(({ topic, partition }) => running.get(topic)?.has(partition));
}
