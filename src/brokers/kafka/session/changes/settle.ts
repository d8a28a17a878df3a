import { BrokerError, ConnectionError, type SendOptions } from '../../../../model/index.ts';
import type { Cluster } from '../cluster.ts';
import { listMoves } from '../topics.ts';
import type { Item } from './carry-out.ts';
import { liftThrottle, untilMoved } from './reassign.ts';

const OP = 'settle reassignment';

/** Sees moves of ours to their end that an earlier run did not, and takes their throttle away. */
export async function settle(
  cluster: Cluster,
  items: readonly Item<{ name: string }>[],
  options: SendOptions,
): Promise<void> {
  const names = items.map((item) => item.body.name);
  try {
    const running = await listMoves(cluster);
    const moves = names.flatMap((topic) =>
      [...(running.get(topic)?.keys() ?? [])].map((partition) => ({ topic, partition })),
    );
    const ended = await untilMoved(cluster, moves, options);
    await liftThrottle(cluster, names);
    for (const item of items) {
      if (ended === 'moved') item.settle({ status: 'done' });
      else {
        const message = 'stopped waiting: the cluster goes on moving its partitions';
        item.settle({ status: 'failed', failure: { op: OP, message } });
      }
    }
  } catch (error) {
    if (error instanceof BrokerError)
      for (const item of items) item.settle({ status: 'failed', failure: error.failure });
    else if (error instanceof ConnectionError) {
      for (const item of items)
        item.settle({ status: 'unknown', failure: { op: OP, message: error.message } });
    } else throw error;
  }
}
