import { ElectLeaders } from '../../protocol/requests/reassignments.ts';
import type { Cluster } from '../cluster.ts';
import { placesOf } from '../copies.ts';
import { listMoves } from '../moves.ts';
import { readMarks } from '../throttle.ts';
import { freeBrokers, freeTopics } from './throttling.ts';

/**
 * Takes the throttle off these topics, where nothing of ours moves any more, and off the brokers, where that is so of
 * every topic. From the brokers first: as long as a topic has its mark, a later run knows that there is something to
 * take away.
 */
export async function liftThrottle(cluster: Cluster, topics: readonly string[]): Promise<void> {
  const running = await listMoves(cluster);
  // What moves without our mark, by another tool, is not what the throttle is for.
  const marks = await readMarks(cluster, [...running.keys()]);
  const busy = new Set(
    [...marks].flatMap(([name, { copies }]) =>
      [...(running.get(name)?.keys() ?? [])].some((partition) => copies.has(partition)) ? [name] : [],
    ),
  );
  if (busy.size === 0) await freeBrokers(cluster);
  await freeTopics(
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
  const topics = [...placesOf(places)].map(([topic, partitions]) => ({ topic, partitions }));
  const question = { unclean: 0, topics, timeout: cluster.settings.timeout };
  await cluster.ask(ElectLeaders, question, { to: 'controller', repeatable: true }).catch(() => {});
}
