import {
  type Address,
  type Context,
  equalJson,
  type Json,
  kindOf,
  largest,
  oncePer,
  type Resource,
} from '../../../../model/index.ts';
import { brokersIn } from '../../facts.ts';
import { Assigner, type Replicas } from './assignment.ts';

/*
 * Where replicas are to go when a topic changes its replication factor or asks for racks. It is worked out for all
 * topics of a cluster together, in the order of their addresses, so that each takes the others into account.
 */

const placeAll = oncePer(assignAll);

/** The assignment that a declared topic needs beside what it says itself; undefined where replicas may stay. */
export function placementOf(topic: Resource, context: Context): Replicas | undefined {
  return placeAll(context).get(topic.address);
}

function assignAll(context: Context): Map<Address, Replicas> {
  const brokers = brokersIn(context);
  const result = new Map<Address, Replicas>();
  const changing = [...context.desired.values()]
    .flatMap((desired) => {
      const wanted = wantedOf(desired, context.live.get(desired.address), brokers.length);
      return wanted ? [{ address: desired.address, ...wanted }] : [];
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  if (changing.length === 0) return result;
  const topics = [...context.live.values()].filter(({ address }) => kindOf(address) === 'topic');
  const assigner = new Assigner(
    brokers,
    topics.map((topic) => replicasIn(topic) ?? {}),
  );
  for (const { address, ...wanted } of changing) {
    const replicas = assigner.assign(wanted);
    const isSame = Object.entries(wanted.current).every(([index, ids]) =>
      equalJson(ids as Json, replicas[index]),
    );
    if (!isSame) result.set(address, replicas);
  }
  return result;
}

function wantedOf(desired: Resource, live: Resource | undefined, brokerCount: number) {
  const current = live && replicasIn(live);
  const { replicas, 'replication-factor': factor, placement, partitions } = desired.spec;
  if (!live || !current || replicas !== undefined || kindOf(desired.address) !== 'topic') return undefined;
  const liveFactor = largest(Object.values(current).map((ids) => ids.length));
  const replicationFactor = typeof factor === 'number' ? factor : liveFactor;
  // More replicas than brokers is refused, not placed.
  if (replicationFactor > brokerCount) return undefined;
  const spreadRacks = placement === 'rack-aware';
  const isUneven = Object.values(current).some((ids) => ids.length !== replicationFactor);
  if (!spreadRacks && !(typeof factor === 'number' && isUneven)) return undefined;
  const count = Object.keys(current).length;
  return {
    current,
    partitions: Math.max(count, typeof partitions === 'number' ? partitions : count),
    replicationFactor,
    spreadRacks,
  };
}

/** The replicas of a topic's spec, as far as they are known. */
export function replicasIn({ spec }: Pick<Resource, 'spec'>): Replicas | undefined {
  const { replicas } = spec;
  return typeof replicas === 'object' && replicas !== null ? (replicas as unknown as Replicas) : undefined;
}

/** The partitions whose replicas differ, of those that are on both sides, or only on the second. */
export function movedPartitions(before: Replicas, after: Replicas, which: 'existing' | 'added'): Replicas {
  return Object.fromEntries(
    Object.entries(after).filter(([index, ids]) => {
      const old = before[index];
      return which === 'added'
        ? old === undefined
        : old !== undefined && !equalJson(old as Json, ids as Json);
    }),
  );
}
