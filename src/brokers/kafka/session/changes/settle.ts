import { BrokerError, ConnectionError, type SendOptions } from '../../../../model/index.ts';
import { howFarText } from '../../how-far.ts';
import type { Cluster } from '../cluster.ts';
import type { Copies } from '../copies.ts';
import { listMoves } from '../moves.ts';
import { type Mark, readMarks } from '../throttle.ts';
import type { Item, Result } from './carry-out.ts';
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
    const marks = await readMarks(cluster, names);
    const result = await finishMarked(cluster, marks, options);
    if (result.status === 'done') await liftThrottle(cluster, names);
    for (const item of items) item.settle(result);
  } catch (error) {
    if (error instanceof BrokerError)
      for (const item of items) item.settle({ status: 'failed', failure: error.failure });
    else if (error instanceof ConnectionError) {
      for (const item of items)
        item.settle({ status: 'unknown', failure: { op: OP, message: error.message } });
    } else throw error;
  }
}

async function finishMarked(
  cluster: Cluster,
  marks: ReadonlyMap<string, Mark>,
  options: SendOptions,
): Promise<Result> {
  const copies = [...marks].flatMap(([topic, mark]) =>
    [...mark.copies].map(([partition, brokers]): Copies => ({ topic, partition, brokers })),
  );
  const running = await listMoves(cluster);
  const waited = copies.filter(({ topic, partition }) => running.get(topic)?.has(partition));
  if (waited.length > 0) {
    await limitRates(cluster, new Set([...marks.values()].flatMap(({ brokers }) => [...brokers])));
  }
  const watch = new Watch(cluster, copies, options.onWork);
  watch.begin(copies);
  const ended =
    options.detach && waited.length > 0 ? 'drained' : await untilMoved(cluster, waited, watch, options);
  watch.end();
  if (ended === 'moved') {
    await electPreferred(cluster, copies);
    return { status: 'done' };
  }
  if (ended !== 'drained') return { status: 'unknown', failure: { op: OP, message: ended.message } };
  const note = howFarText(await watch.measure(await listMoves(cluster)));
  return { status: 'under-way', note };
}
